//! The circumstances of a run: what the reports say beside the figures.

use std::path::PathBuf;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    aggregate::RankBy,
    collect::Requests,
    domain::ending::{EndingWord, RunOutcome},
};

/// What the reports say of a run beside its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who wrote the reports.
    pub tool: Tool,
    /// The tenant, when it is known.
    pub tenant_id: Option<String>,
    /// How the run ended.
    pub outcome: RunOutcome,
    /// What ended the asking; none where that is not known, because it was killed.
    pub ended: Option<EndingWord>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it had asked everything.
    pub finished_at: Timestamp,
    /// Base URL of the API.
    pub api_url: String,
    /// What was sent.
    pub requests: Requests,
    /// The folder that the reports go to.
    pub folder: PathBuf,
    /// The names of all report files of this run; see [`super::file_names`].
    pub files: Vec<String>,
    /// The order of the KBs.
    pub rank_by: RankBy,
    /// Where times are local: of whoever started the run.
    pub time_zone: TimeZone,
    /// Whether text that a spreadsheet would take for a formula is defused in CSV files.
    pub csv_guard: bool,
}

/// The program that wrote the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Tool {
    /// This program.
    pub const THIS: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
}
