//! Infers the answers of a cohort from those of some of its machines.

use std::collections::BTreeMap;

use super::contents::ContentId;

/// The number of machines of a cohort that are requested first; smaller cohorts are requested completely.
pub(super) const LEADERS: usize = 2;
/// The number of further machines that are requested if the first ones disagree or fail.
const MORE_AFTER_DISAGREEMENT: usize = 8;
/// The share of answers that have to agree after that: four out of five.
const MAJORITY: (usize, usize) = (4, 5);

/// The state of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consensus {
    /// This many more machines have to be requested.
    Request(usize),
    /// The machines agree, or nearly all of them do: the same answer is assumed for the others.
    Settled(ContentId),
    /// They disagree: every machine has to be requested.
    None,
}

/// The consensus of a cohort of which `requested` machines were requested and gave these answers; the others
/// failed.
pub(super) fn consensus(requested: usize, answers: &[ContentId]) -> Consensus {
    let more = (LEADERS + MORE_AFTER_DISAGREEMENT).saturating_sub(requested);
    let Some((majority, count)) = majority(answers) else {
        return if more == 0 {
            Consensus::None
        } else {
            Consensus::Request(LEADERS.min(more))
        };
    };
    let agree = count == answers.len();
    if agree && (answers.len() >= LEADERS || more == 0) {
        return Consensus::Settled(majority);
    }
    if more > 0 {
        let missing = if agree {
            LEADERS - answers.len()
        } else {
            MORE_AFTER_DISAGREEMENT
        };
        return Consensus::Request(missing.min(more));
    }
    let (share, of) = MAJORITY;
    if count * of >= answers.len() * share {
        Consensus::Settled(majority)
    } else {
        Consensus::None
    }
}

/// The most frequent content, and how many answers have it; on a tie, the first one.
fn majority(answers: &[ContentId]) -> Option<(ContentId, usize)> {
    let mut counts: BTreeMap<ContentId, usize> = BTreeMap::new();
    for content in answers {
        *counts.entry(*content).or_default() += 1;
    }
    let best = counts.values().copied().max()?;
    let first = answers.iter().find(|content| counts[content] == best);
    first.map(|content| (*content, best))
}

#[cfg(test)]
mod tests {
    use super::{
        super::contents::Contents,
        Consensus::{None, Request, Settled},
        *,
    };
    use crate::domain::kb::tests::missing;

    #[test]
    fn answers_settle_a_cohort_or_more_are_requested() {
        let mut contents = Contents::default();
        let [a, b, c] = ["1", "2", "3"].map(|id| contents.id(&vec![missing(id, 1)].into()));
        for (requested, answers, expected) in [
            (0, vec![], Request(2)),
            (2, vec![a, a], Settled(a)),
            // Disagreement: eight more.
            (2, vec![a, b], Request(8)),
            (10, vec![a, b, a, a, a, a, a, a, a, a], Settled(a)),
            (10, vec![b, a, a, a, a, a, a, a, a, b], Settled(a)),
            (10, vec![b, a, a, a, a, a, a, a, c, b], None),
            // The first answer is the odd one.
            (10, vec![b, a, a, a, a, a, a, a, a, a], Settled(a)),
            // Failed requests are replaced by others.
            (2, vec![a], Request(1)),
            (2, vec![], Request(2)),
            (4, vec![a, a], Settled(a)),
            (10, vec![a], Settled(a)),
            (10, vec![], None),
            (9, vec![], Request(1)),
            (9, vec![a, b], Request(1)),
            // A sample or a control total disagreed later.
            (3, vec![a, a, b], Request(7)),
            (40, [vec![a; 31], vec![b; 9]].concat(), None),
            (40, [vec![a; 32], vec![b; 8]].concat(), Settled(a)),
        ] {
            assert_eq!(
                consensus(requested, &answers),
                expected,
                "{requested} {answers:?}"
            );
        }
    }
}
