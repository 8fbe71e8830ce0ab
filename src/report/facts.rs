//! The circumstances of a run: what the reports say beside the figures.

use std::path::PathBuf;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    aggregate::{Coverage, RankBy},
    collect::Requests,
    domain::outcome::{Ended, RunOutcome},
    inventory::Inventory,
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
    pub ended: Option<Ended>,
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

impl RunOutcome {
    /// How a run ended that went through: complete when `enough` says so of the answered
    /// machines among everything that was asked for, rows without a machine id included.
    pub fn of(
        inventory: &Inventory,
        coverage: &Coverage,
        enough: impl FnOnce(u64, u64) -> bool,
    ) -> Self {
        let asked_for = coverage.machines() + inventory.rejected.len() as u64;
        if enough(coverage.answered, asked_for) {
            Self::Complete
        } else {
            Self::Partial
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Percent, inventory::RejectedRow};

    fn outcome(answered: u64, failed: u64, rejected: usize, percent: &str) -> RunOutcome {
        let row = RejectedRow {
            line: 2,
            input: "nonsense".to_owned(),
        };
        let inventory = Inventory {
            rejected: vec![row; rejected],
            ..Inventory::default()
        };
        let coverage = Coverage {
            answered,
            failed,
            ..Coverage::default()
        };
        let percent: Percent = percent.parse().unwrap();
        RunOutcome::of(&inventory, &coverage, |part, whole| {
            percent.is_reached_by(part, whole)
        })
    }

    #[test]
    fn complete_is_everything_or_as_much_as_is_enough() {
        use RunOutcome::{Complete, Partial};
        for (answered, failed, rejected, percent, expected) in [
            (10, 0, 0, "100.0", Complete),
            (9, 1, 0, "100.0", Partial),
            (10, 0, 1, "100.0", Partial),
            (98, 2, 0, "98.0", Complete),
            (97, 3, 0, "98.0", Partial),
            (98, 0, 2, "98.0", Complete),
            (98, 1, 2, "98.0", Partial),
            (0, 10, 0, "0.0", Complete),
            (999_999, 1, 0, "99.9999", Complete),
            (999_999, 1, 0, "100.0", Partial),
            (0, 0, 0, "100.0", Complete),
        ] {
            assert_eq!(
                outcome(answered, failed, rejected, percent),
                expected,
                "{answered} answered, {failed} failed, {rejected} rejected, {percent} %"
            );
        }
    }
}
