//! The files about many tenants, in the folder above theirs: `tenants.csv`, `summary.json` and
//! `overview.html`.
//!
//! - `digest`: the summary of one tenant's run; the store keeps it as JSON
//! - `row`: a tenant with its digest, or with the reason why there is none
//! - `totals`: the sums over all tenants, and the KBs that are missing most
//! - `notice`: the content of a notification about all tenants
//! - `view`: the figures and sentences that page and Markdown share
//! - `csv`, `json`, `page`, `markdown`, `text`: the files, the summary of a workflow, and the table on a
//!   terminal

mod csv;
mod digest;
mod json;
mod markdown;
mod notice;
mod page;
mod row;
mod text;
mod totals;
mod view;

#[cfg(test)]
mod tests;

use std::{io, path::PathBuf};

use jiff::{Timestamp, tz::TimeZone};

pub use self::{
    digest::RunDigest,
    row::{TenantRow, TenantStatus},
};

/// The names of the files, in the order in which they are written.
pub const FILES: [&str; 3] = ["tenants.csv", OVERVIEW, "summary.json"];

/// The name of the page.
const OVERVIEW: &str = "overview.html";

/// A run over many tenants.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The folder of the overview.
    pub folder: PathBuf,
    /// The tenants, in the order of their file.
    pub rows: Vec<TenantRow>,
    /// When the run started, or the earlier one that it resumes.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The time zone for local times.
    pub time_zone: TimeZone,
    /// Whether cells that look like formulae are escaped.
    pub csv_guard: bool,
}

impl Overview {
    /// The files, each with its name.
    pub fn files(&self) -> io::Result<Vec<(&'static str, String)>> {
        let contents = [csv::render(self)?, page::render(self)?, json::render(self)?];
        Ok(FILES.into_iter().zip(contents).collect())
    }

    /// The summary as Markdown, for the summary page of a CI workflow run.
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// The table of all tenants, for a terminal of this width.
    pub fn text(&self, width: u16) -> String {
        text::render(self, width)
    }
}
