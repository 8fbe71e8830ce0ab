//! Metadata of a run that the reports show beside the figures.

use std::path::PathBuf;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    aggregate::RankBy,
    collect::Requests,
    domain::ending::{EndingWord, RunOutcome},
};

/// Metadata of a run that the reports show beside the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The program that wrote the reports.
    pub tool: Tool,
    /// The tenant, if known.
    pub tenant_id: Option<String>,
    /// How the run ended.
    pub outcome: RunOutcome,
    /// Why collecting ended. `None` if unknown, because the process was killed.
    pub ended: Option<EndingWord>,
    /// When the run started.
    pub started_at: Timestamp,
    /// When collecting finished.
    pub finished_at: Timestamp,
    /// Base URL of the API.
    pub api_url: String,
    /// The requests that were sent.
    pub requests: Requests,
    /// The output folder.
    pub folder: PathBuf,
    /// The names of all report files of this run. See [`crate::report::file_names`].
    pub files: Vec<String>,
    /// The order of the KBs.
    pub rank_by: RankBy,
    /// The time zone for local times: that of the user who started the run.
    pub time_zone: TimeZone,
    /// Whether the CSV files neutralize text that a spreadsheet would run as a formula.
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
