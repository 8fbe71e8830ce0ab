//! What changed, in one sentence for people.

use super::{Changes, Tally};
use crate::text::{counted, thousands};

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
        sentence = format!("{sentence}; {machines} not answered: {gaps} carried, not counted");
    }
    if changes.machines.left > 0 {
        let machines = counted(changes.machines.left, "machine", "machines");
        let gaps = counted(out_of_scope, "gap is", "gaps are");
        sentence = format!("{sentence}; {machines} left the list: {gaps} out of scope");
    }
    sentence + "."
}
