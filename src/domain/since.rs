//! Since when a machine has been missing each KB of an answer.

use std::{cmp::Ordering, iter, sync::Arc};

use jiff::Timestamp;

use crate::domain::kb::{KbId, MissingKb};

/// Since when each KB of an answer has been missing: the time of the first answer that listed it, if every answer since
/// then has. In the order of the answer's KBs.
///
/// A machine's KBs have been missing since the same few nights, so equal times in a row are kept
/// once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissingSince(Box<[Stretch]>);

/// Adjacent KBs that have been missing since the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The time in milliseconds since 1970.
    pub(crate) since_ms: i64,
    /// The number of KBs.
    pub(crate) kbs: u32,
}

/// A missing KB of an earlier answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierGap {
    /// The missing KB.
    pub id: KbId,
    /// Since when it had been missing at that time.
    pub since: Timestamp,
}

impl MissingSince {
    /// The same time for this many KBs.
    pub fn all(since: Timestamp, kbs: usize) -> Self {
        iter::repeat_n(since, kbs).collect()
    }

    /// The times for an answer, given the gaps of the machine's previous answer. Both are sorted by
    /// KB. A KB that the previous answer did not list has been missing since `as_of`.
    pub fn continued(
        missing: &[Arc<MissingKb>],
        as_of: Timestamp,
        earlier: impl IntoIterator<Item = EarlierGap>,
    ) -> Self {
        let mut earlier = earlier.into_iter().peekable();
        let times = missing.iter().map(|gap| {
            while let Some(before) = earlier.next_if(|before| before.id <= gap.id) {
                if before.id == gap.id {
                    // If the clock was set back, a gap is never newer than its answer.
                    return before.since.min(as_of);
                }
            }
            as_of
        });
        times.collect()
    }

    /// The time for each KB, in order.
    pub fn iter(&self) -> impl Iterator<Item = Timestamp> {
        let times = self.0.iter().map(|it| (it.time(), it.kbs as usize));
        times.flat_map(|(time, kbs)| iter::repeat_n(time, kbs))
    }

    /// Whether all times are the same.
    pub const fn is_same(&self) -> bool {
        self.0.len() <= 1
    }

    /// The earliest time; `None` if nothing is missing.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.0.iter().map(Stretch::time).min()
    }

    pub(crate) const fn stretches(&self) -> &[Stretch] {
        &self.0
    }
}

impl Stretch {
    fn time(&self) -> Timestamp {
        Timestamp::from_millisecond(self.since_ms).unwrap_or(Timestamp::MIN)
    }
}

impl FromIterator<Stretch> for MissingSince {
    fn from_iter<T: IntoIterator<Item = Stretch>>(stretches: T) -> Self {
        Self(stretches.into_iter().collect())
    }
}

impl FromIterator<Timestamp> for MissingSince {
    fn from_iter<T: IntoIterator<Item = Timestamp>>(times: T) -> Self {
        let mut stretches: Vec<Stretch> = Vec::new();
        for since_ms in times.into_iter().map(Timestamp::as_millisecond) {
            match stretches.last_mut() {
                Some(last) if last.since_ms == since_ms => last.kbs += 1,
                _ => stretches.push(Stretch { since_ms, kbs: 1 }),
            }
        }
        Self(stretches.into())
    }
}

/// The number of whole days from one time to another; 0 if the second is earlier.
pub fn whole_days(from: Timestamp, to: Timestamp) -> u32 {
    match from.cmp(&to) {
        Ordering::Less => {
            u32::try_from(to.duration_since(from).as_hours() / 24).unwrap_or(u32::MAX)
        }
        Ordering::Equal | Ordering::Greater => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::tests::missing;

    fn night(number: i64) -> Timestamp {
        Timestamp::from_second(number * 86_400).unwrap()
    }

    #[test]
    fn gaps_keep_their_first_night_until_an_answer_is_without_them() {
        for (earlier, now, expected) in [
            (&[][..], &["1", "2"][..], &[9, 9][..]),
            (&[("1", 3), ("2", 5)], &["1", "2"], &[3, 5]),
            (
                &[("1", 3), ("2", 5), ("4", 6)],
                &["2", "3", "4"],
                &[5, 9, 6],
            ),
            (&[("5", 3)], &["1"], &[9]),
            (&[("0", 3), ("1", 3)], &["1"], &[3]),
            (&[("1", 3)], &[], &[]),
            // The clock was set back.
            (&[("1", 12)], &["1"], &[9]),
        ] {
            let gaps: Vec<_> = now.iter().map(|id| missing(id, 1)).collect();
            let earlier = earlier.iter().map(|(id, since)| EarlierGap {
                id: KbId::new(id),
                since: night(*since),
            });
            let since = MissingSince::continued(&gaps, night(9), earlier);
            let times: Vec<_> = since.iter().collect();
            let expected: Vec<_> = expected.iter().map(|it| night(*it)).collect();
            assert_eq!(times, expected, "{now:?}");
            assert_eq!(since.oldest(), expected.into_iter().min());
        }
    }

    #[test]
    fn equal_times_in_a_row_are_one_stretch() {
        let since: MissingSince = [1, 1, 2, 1].map(night).into_iter().collect();
        let lengths: Vec<_> = since.stretches().iter().map(|it| it.kbs).collect();
        assert_eq!(lengths, [2, 1, 1]);
        assert!(!since.is_same() && MissingSince::all(night(1), 3).is_same());
        assert_eq!(MissingSince::all(night(1), 3).stretches().len(), 1);
        assert_eq!(MissingSince::all(night(1), 0), MissingSince::default());
    }

    #[test]
    fn days_are_whole_and_never_negative() {
        for (hours, expected) in [(0, 0), (23, 0), (24, 1), (47, 1), (240, 10), (-30, 0)] {
            let from = night(100);
            let to = from + jiff::SignedDuration::from_hours(hours);
            assert_eq!(whole_days(from, to), expected, "{hours}");
        }
    }
}
