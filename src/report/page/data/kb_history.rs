//! How many machines missed each KB in the last runs, for the chart of a KB.

use jiff::Timestamp;
use serde::Serialize;

use crate::report::Run;

/// The most numbers in the page: a fleet may miss thousands of KBs.
const MOST: usize = 100_000;

/// The last runs, and the machines of each KB in each of them.
#[derive(Serialize)]
pub(super) struct KbHistory {
    at: Vec<i64>,
    machines: Vec<Vec<u64>>,
}

impl KbHistory {
    /// `None` without earlier runs, and if there would be too many numbers.
    pub(super) fn of(run: &Run<'_>) -> Option<Self> {
        let numbers = (run.kb_runs.len() + 1) * run.fleet.kbs.len();
        if run.kb_runs.is_empty() || numbers > MOST {
            return None;
        }
        let times = run.kb_runs.iter().map(|it| it.started_at);
        let times = times.chain([run.facts.started_at]);
        Some(Self {
            at: times.map(Timestamp::as_second).collect(),
            machines: machines(run),
        })
    }
}

/// For each KB, in the order of the table, its machines in each run.
fn machines(run: &Run<'_>) -> Vec<Vec<u64>> {
    let of_kb = run.fleet.kbs.iter().map(|kb| {
        let earlier = run.kb_runs.iter();
        let earlier = earlier.map(|it| it.of(&kb.id).map_or(0, |count| count.machines));
        earlier.chain([kb.machines_missing]).collect()
    });
    of_kb.collect()
}
