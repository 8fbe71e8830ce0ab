//! How many machines missed each KB in the last runs, for the chart of a KB.

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::report::Run;

/// The most numbers in the page: a fleet may miss thousands of KBs.
const MOST: usize = 100_000;

/// The runs, and the machines of each KB in each of them. Nothing without earlier runs.
pub(super) struct KbRuns<'run>(pub(super) &'run Run<'run>);

impl Serialize for KbRuns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(run) = self;
        let numbers = (run.kb_runs.len() + 1) * run.fleet.kbs.len();
        if run.kb_runs.is_empty() || numbers > MOST {
            return serializer.serialize_none();
        }
        let times = run.kb_runs.iter().map(|it| it.started_at);
        let times = times.chain([run.facts.started_at]);
        let times: Vec<i64> = times.map(Timestamp::as_second).collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("at", &times)?;
        map.serialize_entry("machines", &machines(run))?;
        map.end()
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
