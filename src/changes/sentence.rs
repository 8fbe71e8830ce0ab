//! What changed, in one sentence for people.

use super::{Changes, Tally};
use crate::domain::text::{counted, signed, thousands};

/// What changed since the day (`2026-11-22`) of the base, in one sentence.
pub fn sentence(changes: &Changes, day: &str) -> String {
    let Tally {
        new,
        resolved,
        replaced,
        returned,
        appeared,
        not_answered,
        out_of_scope,
        ..
    } = changes.tally;
    let mut sentence = format!(
        "Since {day}: {} resolved, {} new, {} replaced by newer KBs, {} returned",
        thousands(resolved),
        thousands(new),
        thousands(replaced),
        thousands(returned)
    );
    if appeared > 0 {
        let gaps = counted(appeared, "gap", "gaps");
        sentence = format!("{sentence}; {gaps} on machines that were not answered then");
    }
    if changes.machines.not_answered > 0 {
        let machines = counted(changes.machines.not_answered, "machine", "machines");
        let gaps = counted(not_answered, "gap is", "gaps are");
        let silent = match changes.machines.silent {
            0 => String::new(),
            silent => format!(" ({} of them silent for 30 days)", thousands(silent)),
        };
        sentence =
            format!("{sentence}; {machines} not answered{silent}: {gaps} carried, not counted");
    }
    if changes.machines.left > 0 {
        let machines = counted(changes.machines.left, "machine", "machines");
        let gaps = counted(out_of_scope, "gap is", "gaps are");
        sentence = format!("{sentence}; {machines} left the list: {gaps} out of scope");
    }
    sentence + "."
}

/// Where the difference in exposure comes from, in one sentence; none where there is none.
///
/// On a second Tuesday most of it is neither news nor progress: a newer KB addresses another number
/// of CVEs than the older one in whose place it is missing.
pub fn exposure_sentence(changes: &Changes) -> Option<String> {
    let differences = changes.exposure.differences();
    let parts = differences
        .iter()
        .filter(|(_, difference)| *difference != 0);
    let parts: Vec<String> = parts
        .map(|(class, difference)| format!("{} {class}", signed(*difference)))
        .collect();
    let all = differences.iter().map(|(_, difference)| difference).sum();
    (!parts.is_empty()).then(|| format!("Exposure {}: {}.", signed(all), parts.join(", ")))
}
