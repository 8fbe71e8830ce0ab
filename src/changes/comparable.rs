//! Which answers can be compared with each other.

use std::{collections::BTreeSet, io};

use crate::domain::{
    answer::Source,
    gaps::{DatedAnswer, History},
    kb::MissingKb,
    machine::MachineId,
};

/// How to interpret a gap that is in only one of two answers for a machine.
#[derive(Debug)]
pub(super) enum Comparable {
    /// It is a change.
    Always,
    /// It is a change if the gap is of one of these products; otherwise the sources may differ.
    For(BTreeSet<String>),
}

impl Comparable {
    /// For a machine with these two answers. Two sources may report the same machine differently. An inferred
    /// answer counts as a call while the software of the machine is unchanged: with other software, other KBs
    /// are missing.
    pub(super) fn of(
        then: DatedAnswer,
        now: DatedAnswer,
        history: &dyn History,
    ) -> io::Result<Self> {
        if then.source == now.source {
            return Ok(Self::Always);
        }
        let products = if stand_for_calls(then.source, now.source) {
            history.changed_products(then.answer, now.answer)?
        } else {
            BTreeSet::new()
        };
        Ok(Self::For(products))
    }

    /// Whether such a gap is a change.
    pub(super) fn is_change(&self, gap: &MissingKb) -> bool {
        match self {
            Self::Always => true,
            Self::For(products) => gap.products.iter().any(|it| products.contains(&**it)),
        }
    }
}

/// Whether answers from these sources count the CVEs of a KB in the same way: calls have the
/// service's number, other sources count the rows that they have.
pub(super) fn count_cves_alike(then: Source, now: Source) -> bool {
    then == now || stand_for_calls(then, now)
}

const fn stand_for_calls(then: Source, now: Source) -> bool {
    matches!(
        (then, now),
        (
            Source::Calls | Source::Inferred,
            Source::Calls | Source::Inferred
        )
    )
}

/// The machine's answers from before the base that a gap in an answer from this source can be compared with,
/// latest first.
pub(super) fn comparable_before(
    history: &dyn History,
    machine: MachineId,
    now: Source,
) -> io::Result<Vec<DatedAnswer>> {
    let mut earlier = history.before_base(machine)?;
    earlier.retain(|then| then.source == now || stand_for_calls(then.source, now));
    Ok(earlier)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        changes::tests::{Installed, gap},
        domain::gaps::AnswerRef,
    };

    #[test]
    fn change_of_source_is_news_only_if_the_software_changed() {
        let answer = |source| DatedAnswer {
            source,
            as_of: Timestamp::UNIX_EPOCH,
            answer: AnswerRef(0),
        };
        let (windows, office) = (gap("1", &["edge", "windows_11"]), gap("2", &["office"]));
        let history = Installed(&["windows_11"]);
        for then in Source::ALL {
            for now in Source::ALL {
                let comparable = Comparable::of(answer(*then), answer(*now), &history).unwrap();
                let is_change = [&windows, &office].map(|it| comparable.is_change(it));
                let expected = match (then, now) {
                    (then, now) if then == now => [true, true],
                    (Source::Calls, Source::Inferred) | (Source::Inferred, Source::Calls) => {
                        [true, false]
                    }
                    _ => [false, false],
                };
                assert_eq!(is_change, expected, "{then} {now}");
            }
        }
    }
}
