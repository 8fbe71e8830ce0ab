//! The rows of the other lists in `report.json`, which are not tables.

use serde::Serialize;

use super::rows::one_decimal;
use crate::{
    aggregate::TopAction,
    changes::{Start, StillMissing, TimeToPatch},
    inventory::MergedMachine,
    report::{TrendPoint, time::rfc3339},
};

/// An update to install.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActionRow<'run> {
    kb_id: &'run str,
    exposure: u64,
    exposure_removed: u64,
    machines: u64,
    /// The updates of which it closes gaps, itself included.
    closes_kbs: u64,
    /// The gaps that it and those before it close, and the updates that these are of.
    gaps_closed: u64,
    kbs_closed: u64,
    /// The gaps that are known to be exploited among those that it closes.
    known_exploited: u64,
    due: Option<String>,
    /// The CVEs of all updates closed so far, each once; null if none is known.
    distinct_cves: Option<u64>,
}

impl<'run> From<&TopAction<'run>> for ActionRow<'run> {
    fn from(action: &TopAction<'run>) -> Self {
        Self {
            kb_id: action.kb.id.as_str(),
            exposure: action.exposure,
            exposure_removed: action.so_far.exposure,
            machines: action.so_far.machines,
            closes_kbs: action.closes,
            gaps_closed: action.so_far.gaps,
            kbs_closed: action.so_far.kbs,
            known_exploited: action.exploited,
            due: action.due.map(|it| it.to_string()),
            distinct_cves: action.so_far.cves,
        }
    }
}

/// A run of the trend.
#[derive(Serialize)]
pub(super) struct TrendRow<'run> {
    #[serde(flatten)]
    run: &'run TrendPoint,
    partial: bool,
}

impl<'run> From<&'run TrendPoint> for TrendRow<'run> {
    fn from(run: &'run TrendPoint) -> Self {
        let partial = run.is_partial();
        Self { run, partial }
    }
}

/// How the machines got the updates of a month.
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

/// A day on which a run saw it.
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

/// A machine of the list whose record was merged into another.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MergedRow<'run> {
    machine_id: String,
    merged_into: &'run str,
}

impl<'run> From<&'run MergedMachine> for MergedRow<'run> {
    fn from(merged: &'run MergedMachine) -> Self {
        Self {
            machine_id: merged.machine.to_string(),
            merged_into: &merged.into,
        }
    }
}
