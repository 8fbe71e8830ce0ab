//! Which answers can be compared with each other.

use std::io;

use crate::domain::{
    answer::Source,
    gaps::{DatedAnswer, History},
    machine::MachineId,
};

/// Whether a KB that only one of two answers of a machine lists is news. Where two sources see a machine
/// differently, it need not be.
pub(super) const fn can_compare(then: Source, now: Source) -> bool {
    match (then, now) {
        (Source::Calls, Source::Calls) => true,
    }
}

/// The answers of a machine before the base that can be compared with one of this source, the latest
/// first.
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
    fn every_pair_of_sources_is_decided() {
        let table = [(Source::Calls, Source::Calls, true)];
        assert_eq!(table.len(), Source::WORDS.len().pow(2));
        for (then, now, expected) in table {
            assert_eq!(can_compare(then, now), expected, "{then} {now}");
        }
    }
}
