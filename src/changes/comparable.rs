//! Which answers can be compared with each other.

use std::io;

use crate::domain::{
    answer::Source,
    gaps::{DatedAnswer, History},
    machine::MachineId,
};

/// Whether a KB that is listed by only one of a machine's two answers counts as a change. Two
/// sources may see the same machine differently.
pub(super) const fn can_compare(then: Source, now: Source) -> bool {
    match (then, now) {
        // An inferred answer stands for a call.
        (Source::Calls | Source::Inferred, Source::Calls | Source::Inferred)
        | (Source::Export, Source::Export)
        | (Source::Hunting, Source::Hunting) => true,
        _ => false,
    }
}

/// The machine's answers from before the base that are comparable with an answer from this source,
/// latest first.
pub(super) fn comparable_before(
    history: &dyn History,
    machine: MachineId,
    now: Source,
) -> io::Result<Vec<DatedAnswer>> {
    let mut earlier = history.before_base(machine)?;
    earlier.retain(|then| can_compare(then.source, now));
    Ok(earlier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_sources_is_covered() {
        let stands_for_a_call = [Source::Calls, Source::Inferred];
        let all = [
            Source::Calls,
            Source::Inferred,
            Source::Export,
            Source::Hunting,
        ];
        assert_eq!(all.len(), Source::WORDS.len());
        for then in all {
            for now in all {
                let are_calls =
                    stands_for_a_call.contains(&then) && stands_for_a_call.contains(&now);
                assert_eq!(
                    can_compare(then, now),
                    then == now || are_calls,
                    "{then} {now}"
                );
            }
        }
    }
}
