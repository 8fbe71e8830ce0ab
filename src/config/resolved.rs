//! The complete, typed configuration, grouped by consumer.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use jiff::Timestamp;
use url::Url;

use super::{
    AnswerSource, CaCertificate, ChangesFrom, ColorMode, FailOn, LogFormat, MachineSource,
    NotifySettings, Percent, Place, StoreVariables,
};
use crate::{
    aggregate::RankBy,
    changes::Replacing,
    defender::auth::SignIn,
    domain::answer::Source,
    policy::Deadlines,
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
    /// Harmless problems, to be logged.
    pub warnings: Vec<String>,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
    /// The configured client secret files, whether or not they are read.
    pub secret_files: Vec<PathBuf>,
}

/// Microsoft Graph, and how a run signs in there.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Its base URL.
    pub url: Url,
    /// The same application, with a token for Graph.
    pub sign_in: SignIn,
}

/// Everything that a run depends on.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name of the tenant in a file of tenants.
    pub tenant: Option<String>,
    /// The inventory's column of machine ids; detected if `None`.
    pub column: Option<String>,
    /// The list of machines that the file or the environment names, if any.
    pub machines: Option<MachineSource>,
    /// Which machines of the service's list are requested.
    pub filters: MachineFilters,
    /// The service and how it is called.
    pub service: Service,
    /// How the run signs in.
    pub sign_in: SignIn,
    /// Microsoft Graph, for hunting.
    pub graph: Graph,
    /// The exact sliding windows of the quota.
    pub limits: RateLimits,
    /// The pace of requests within those windows.
    pub pace: Pace,
    /// When the run stops sending requests, even if some are left.
    pub until: Option<Timestamp>,
    /// Where answers are stored, and which of them are reused.
    pub store: StoreSettings,
    /// Whether the reports are rendered from stored answers only, without requests.
    pub offline: bool,
    /// The run whose reports are rendered again; the last one if `None`.
    pub run: Option<i64>,
    /// The reports.
    pub reports: Reports,
    /// The folder with feeds of CVEs; `None` if the platform has no folder for them.
    pub feeds: Option<FeedsFolder>,
    /// Where `patchgap feeds` gets them.
    pub feed_urls: FeedUrls,
    /// Which gaps are accepted or overdue, and which make a run fail.
    pub policy: PolicySettings,
    /// The place to which the tables of the run are added, if there is one.
    pub lake: Option<Place>,
    /// Where the reports are uploaded to, if anywhere.
    pub upload: Option<Place>,
    /// The variables of object stores.
    pub store_variables: StoreVariables,
    /// The notifications at the end, as configured.
    pub notify: NotifySettings,
    /// The file for metrics, if one is wanted.
    pub metrics: Option<PathBuf>,
    /// The file for a copy of the log.
    pub log_file: Option<PathBuf>,
    /// Which machines are requested.
    pub source: SourceSettings,
    /// Whether the service's own count is requested.
    pub census: bool,
    /// The source that the answers are compared with, if any.
    pub cross_check: Option<Source>,
    /// How progress is shown.
    pub progress: ProgressMode,
    /// The file to which a Markdown summary is appended, as in a step of a workflow.
    pub step_summary: Option<PathBuf>,
    /// Whether the run only prints its plan.
    pub dry_run: bool,
    /// What is shown on the console and in the log.
    pub console: Console,
}

/// The folder with feeds of CVEs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedsFolder {
    /// Its path.
    pub path: PathBuf,
    /// Whether it was configured explicitly: then every feed in it must be readable.
    pub is_named: bool,
}

/// Where feeds of CVEs are published, or a mirror has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedUrls {
    /// CISA's catalogue, as JSON.
    pub kev: Url,
    /// The EPSS scores.
    pub epss: Url,
    /// The base URL of `/updates` and `/cvrf/2026-Nov`.
    pub msrc: Url,
}

/// Which gaps are accepted or overdue, and which make a run fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySettings {
    /// The file of accepted risks.
    pub exceptions: Option<PathBuf>,
    /// The deadlines for closing gaps.
    pub deadlines: Option<Deadlines>,
    /// What makes a complete run fail.
    pub fail_on: FailOn,
}

/// Which machines are requested, and how the answers of the others are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceSettings {
    /// Which machines.
    pub answers: AnswerSource,
    /// The share of the kept answers that is requested nevertheless, as a sample.
    pub recheck_kept: Percent,
    /// The same share of the inferred answers.
    pub recheck_inferred: Percent,
    /// All machines are requested if more than this share of the sample's answers was wrong.
    pub max_missed: Percent,
    /// The data that decides which machines can have changed.
    pub changes_from: ChangesFrom,
}

/// Which machines of the service's list are requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineFilters {
    /// The beginnings of their platforms, ignoring case.
    pub os: Vec<String>,
    /// Their device groups; empty for all.
    pub groups: Vec<String>,
    /// Tags, at least one of which a machine must have; empty for all.
    pub tags: Vec<String>,
    /// The maximum time since they were last seen.
    pub seen_within: Duration,
    /// The OData filter that the service applies.
    pub odata: Option<String>,
    /// Whether a list from a file is compared with the service's.
    pub check_list: bool,
    /// A list of machines that are never requested.
    pub exclude: Option<PathBuf>,
}

/// The service and how it is called.
#[derive(Debug, Clone)]
pub struct Service {
    /// Base URL of the API.
    pub api_url: Url,
    /// A root certificate to trust in addition to the platform's own, for API and sign-in.
    pub ca_cert: Option<CaCertificate>,
    /// The time limit of a single attempt.
    pub timeout: Duration,
    /// The maximum number of requests in flight.
    pub concurrency: NonZeroUsize,
    /// The maximum number of attempts after the first.
    pub retries: u32,
}

/// Where answers are stored, and which of them are reused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The file; `None` for a demonstration, which does not touch the user's store.
    pub path: Option<PathBuf>,
    /// The number of runs to keep.
    pub keep_runs: u32,
    /// Which answers are reused.
    pub reuse: Reuse,
    /// Whether the limits that earlier processes learned are forgotten.
    pub forget_limits: bool,
}

/// What is written, and where.
#[derive(Debug, Clone)]
pub struct Reports {
    /// The folder, with its placeholders filled in.
    pub out: PathBuf,
    /// The formats: no duplicates, never empty.
    pub formats: Vec<Format>,
    /// The name of the tenant for headlines; derived from the tenant's id if `None`.
    pub title: Option<String>,
    /// The number of updates with a file of the machines that miss them.
    pub targets: usize,
    /// The column of the list whose values get folders of their own.
    pub split_by: Option<String>,
    /// Whether a KB that supersedes an older one is reported as a replacement.
    pub replacing: Replacing,
    /// Whether cells that look like formulae are escaped.
    pub csv_guard: bool,
    /// The order of the KBs in every report. `None`: each kind of report has its own.
    pub rank_by: Option<RankBy>,
    /// The share of answered machines at which a run counts as complete.
    pub min_coverage: Percent,
    /// Whether the software inventory is requested for them.
    pub software: bool,
}

/// What is shown on the console and in the log during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Console {
    /// How log lines are written.
    pub log_format: LogFormat,
    /// The number of times `-v` was given.
    pub verbose: u8,
    /// Whether standard output stays silent.
    pub quiet: bool,
    /// When the output is coloured.
    pub color: ColorMode,
}
