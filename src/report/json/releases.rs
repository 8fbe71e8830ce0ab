//! How the machines got the updates of the latest months, as in `report.json`.

use serde::Serialize;

use crate::{
    changes::{Start, StillMissing, TimeToPatch},
    report::time::rfc3339,
};

use super::rows::one_decimal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReleaseRow {
    /// Such as `2026-04`.
    month: String,
    /// What the days are counted from: `patchTuesday` or `firstSeen`.
    counted_from: &'static str,
    started_at: String,
    median_days: Option<u32>,
    runs: Vec<DayRow>,
}

#[derive(Serialize)]
struct DayRow {
    day: u32,
    machines: u64,
    percent: f64,
}

impl From<&TimeToPatch> for ReleaseRow {
    fn from(release: &TimeToPatch) -> Self {
        let month = release.month;
        Self {
            month: format!("{}-{:02}", month.year(), month.month()),
            counted_from: match release.from {
                Start::PatchTuesday => "patchTuesday",
                Start::FirstSeen => "firstSeen",
            },
            started_at: rfc3339(release.started_at),
            median_days: release.median_days,
            runs: release.runs.iter().map(DayRow::from).collect(),
        }
    }
}

impl From<&StillMissing> for DayRow {
    fn from(run: &StillMissing) -> Self {
        Self {
            day: run.day,
            machines: run.machines,
            percent: one_decimal(run.percent()),
        }
    }
}
