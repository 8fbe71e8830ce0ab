//! The configuration, complete and typed, by who consumes it.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use jiff::Timestamp;
use url::Url;

use super::{CaCertificate, ColorMode, LogFormat, Percent};
use crate::{
    aggregate::RankBy,
    changes::Replacing,
    defender::auth::SignIn,
    progress::ProgressMode,
    quota::{Pace, RateLimits},
    report::Format,
    store::Reuse,
};

/// The result of all layers.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The configuration.
    pub config: Config,
    /// Harmless problems, for the log.
    pub warnings: Vec<String>,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
    /// The files that are named for the client secret, whether or not they are read.
    pub secret_files: Vec<PathBuf>,
}

/// Everything that a run depends on.
#[derive(Debug, Clone)]
pub struct Config {
    /// The inventory's column of machine ids; found by itself when not given.
    pub column: Option<String>,
    /// The service and how it is called.
    pub service: Service,
    /// How the run signs in.
    pub sign_in: SignIn,
    /// The exact sliding windows.
    pub limits: RateLimits,
    /// The smoothest rate inside them.
    pub pace: Pace,
    /// When the run stops sending requests, whatever is left.
    pub until: Option<Timestamp>,
    /// Where answers are kept and which of them are used.
    pub store: StoreSettings,
    /// Whether the reports are made from the kept answers alone, without requests.
    pub offline: bool,
    /// The run whose reports are made again; the last one where none is named.
    pub run: Option<i64>,
    /// The reports.
    pub reports: Reports,
    /// How progress is shown.
    pub progress: ProgressMode,
    /// Where a summary in Markdown is added, as the steps of a workflow do.
    pub step_summary: Option<PathBuf>,
    /// Whether the run only prints its plan.
    pub dry_run: bool,
    /// What people and collectors see.
    pub console: Console,
}

/// The service and how it is called.
#[derive(Debug, Clone)]
pub struct Service {
    /// Base URL of the API.
    pub api_url: Url,
    /// A root certificate to trust beside the platform's own, for API and sign-in.
    pub ca_cert: Option<CaCertificate>,
    /// Longest that one attempt may take.
    pub timeout: Duration,
    /// Requests in flight.
    pub concurrency: NonZeroUsize,
    /// Attempts after the first.
    pub retries: u32,
}

/// Where answers are kept and which of them are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The file; none for a demonstration, which leaves the user's alone.
    pub path: Option<PathBuf>,
    /// How many runs are kept.
    pub keep_runs: u32,
    /// Which answers are used.
    pub reuse: Reuse,
}

/// What is written, and where.
#[derive(Debug, Clone)]
pub struct Reports {
    /// The folder, its placeholders filled in.
    pub out: PathBuf,
    /// The formats: each once, never none.
    pub formats: Vec<Format>,
    /// Whether a newer KB that takes an older one's place is told from news and progress.
    pub replacing: Replacing,
    /// Whether cells that look like formulae are made harmless.
    pub csv_guard: bool,
    /// The order of the KBs.
    pub rank_by: RankBy,
    /// The share of answered machines at which a run counts as complete.
    pub min_coverage: Percent,
}

/// What people and collectors see while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Console {
    /// How log lines are written.
    pub log_format: LogFormat,
    /// How often `-v` was said.
    pub verbose: u8,
    /// Whether standard output stays silent.
    pub quiet: bool,
    /// Whether there are colours.
    pub color: ColorMode,
}
