//! Metadata of a run that the reports show next to the figures.

use std::path::PathBuf;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    aggregate::RankBy,
    domain::ending::{EndingWord, RunOutcome},
    domain::requests::Requests,
    report::plain::plain,
};

/// The name of the page, which other reports refer to.
pub(in crate::report) const PAGE_FILE: &str = "report.html";

/// Metadata of a run that the reports show next to the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The program that wrote the reports.
    pub tool: Tool,
    /// The tenant, if known.
    pub tenant_id: Option<String>,
    /// Its name in the file of tenants, if there is one.
    pub tenant: Option<String>,
    /// The name of the tenant for headlines. See [`default_title`].
    pub title: String,
    /// The number of the run in the store; `None` if the answers belong to several runs.
    pub run: Option<i64>,
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
    /// Whether these are the reports of some of the list's machines, in a folder of `--split-by`.
    pub is_part: bool,
    /// The requests that were sent.
    pub requests: Requests,
    /// The output folder.
    pub folder: PathBuf,
    /// The names of all report files of this run. See [`crate::report::file_names`].
    pub files: Vec<String>,
    /// The order of the KBs in every report; `None` is the plan's order in reports for people, and the
    /// order by CVEs in the others.
    pub rank_by: Option<RankBy>,
    /// The time zone for local times: that of the user who started the run.
    pub time_zone: TimeZone,
    /// Whether the CSV files neutralize text that a spreadsheet would run as a formula.
    pub csv_guard: bool,
}

impl Facts {
    /// The heading of a report, with the tenant.
    pub(in crate::report) fn heading(&self) -> String {
        format!("Missing updates ({})", plain(&self.title))
    }

    /// The local date on which the run started; `None` if the answers belong to several runs.
    pub fn date(&self) -> Option<Date> {
        self.run.map(|_| self.started_on())
    }

    /// Whether the page is among the reports.
    pub(in crate::report) fn has_page(&self) -> bool {
        self.files.iter().any(|name| name == PAGE_FILE)
    }

    /// Identifies the run among those of all stores: its number and the millisecond of its start.
    #[cfg(feature = "parquet")]
    pub(in crate::report) fn run_key(&self) -> String {
        let run = self.run.unwrap_or_default();
        format!("{run} {}", self.started_at.as_millisecond())
    }

    /// The local date on which the run started; for a report about several runs, on which it is
    /// written.
    pub(in crate::report) fn started_on(&self) -> Date {
        let zone = self.time_zone.clone();
        self.started_at.to_zoned_datetime(zone).date()
    }
}

/// The title of a tenant that has no name: `tenant 38c1b815...`. Only a GUID is shortened.
pub fn default_title(tenant_id: Option<&str>) -> String {
    match tenant_id {
        None => "unknown tenant".to_owned(),
        Some(id) => match id.split_once('-') {
            Some((start, rest)) if start.len() == 8 && rest.len() == 27 => {
                format!("tenant {start}...")
            }
            _ => format!("tenant {id}"),
        },
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_title_shortens_only_guids() {
        for (tenant_id, expected) in [
            (None, "unknown tenant"),
            (
                Some("38c1b815-3f0e-4a5c-8d39-7d0f5b1c2e11"),
                "tenant 38c1b815...",
            ),
            (
                Some("contoso.onmicrosoft.com"),
                "tenant contoso.onmicrosoft.com",
            ),
            (Some("my-tenant.example"), "tenant my-tenant.example"),
        ] {
            assert_eq!(default_title(tenant_id), expected);
        }
    }
}
