//! What changed since an earlier run, in `summary.json` and `report.json`, and alone in `changes.json`.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::stream::pretty;
use crate::{
    changes::{BaseRun, Change, Changes, Exposure, Figures, InferredChanges, MachineTally, Tally},
    report::{Extras, Report, Run, time::rfc3339},
};

/// `changes.json`: the changes alone, with the counts of the summary.
pub(in crate::report) struct ChangesJson;

impl Report for ChangesJson {
    fn file_name(&self) -> &'static str {
        "changes.json"
    }

    fn is_written(&self, extras: Extras) -> bool {
        extras.base
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        pretty(&run.past.map(|past| ChangeCounts::from(past.changes)), out)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeCounts {
    base: Base,
    #[serde(flatten)]
    tally: Tally,
    exposure: ExposureChanges,
    machines: MachineTally,
    /// The resolved and replaced gaps that are only inferred.
    inferred: InferredChanges,
    unknown_in: UnknownIn,
}

/// The unknown gaps by the run whose answers contain them.
#[derive(Serialize)]
struct UnknownIn {
    base: u64,
    today: u64,
}

/// The change in exposure caused by each class.
struct ExposureChanges(Exposure);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    run: i64,
    started_at: String,
    finished_at: String,
    machines: u64,
    same_fleet: bool,
    enough: bool,
    #[serde(flatten)]
    figures: Figures,
}

impl From<&Changes> for ChangeCounts {
    fn from(changes: &Changes) -> Self {
        Self {
            base: (&changes.base).into(),
            tally: changes.tally,
            exposure: ExposureChanges(changes.exposure),
            machines: changes.machines,
            inferred: changes.inferred,
            unknown_in: UnknownIn {
                base: changes.tally.unknown_of_base(),
                today: changes.tally.unknown_of_today(),
            },
        }
    }
}

impl Serialize for ExposureChanges {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let differences = Change::ALL.iter();
        let differences = differences.map(|it| (it, clamped(self.0.difference(*it))));
        serializer.collect_map(differences)
    }
}

/// The difference, clamped to the range of `i64`.
fn clamped(difference: i128) -> i64 {
    let limit = if difference > 0 { i64::MAX } else { i64::MIN };
    i64::try_from(difference).unwrap_or(limit)
}

impl From<&BaseRun> for Base {
    fn from(base: &BaseRun) -> Self {
        Self {
            run: base.run,
            started_at: rfc3339(base.started_at),
            finished_at: rfc3339(base.finished_at),
            machines: base.machines,
            same_fleet: base.is_same_fleet,
            enough: base.is_enough(),
            figures: base.figures,
        }
    }
}
