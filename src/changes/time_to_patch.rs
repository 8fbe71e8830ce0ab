//! How long it takes machines to get the updates of a month.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    aggregate::{is_enough, percent},
    domain::{
        release::{ReleaseCount, ReleaseMonth},
        since::whole_days,
    },
};

/// The number of months covered: the latest ones.
const MAX_MONTHS: usize = 6;
/// If a month's updates are first seen within this time after its Patch Tuesday, days are counted
/// from there.
const SEEN_PROMPTLY: SignedDuration = SignedDuration::from_hours(35 * 24);

/// A run, and the machines that missed the updates of each month in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReleases {
    /// When the run started.
    pub started_at: Timestamp,
    /// The number of machines on its list.
    pub machines: u64,
    /// The number of machines that answered.
    pub answered: u64,
    /// The counts, by month. A month without any machine has none.
    pub counts: Vec<ReleaseCount>,
}

/// The updates of one month, followed from run to run.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeToPatch {
    /// The month.
    pub month: ReleaseMonth,
    /// What the days are counted from.
    pub from: Start,
    /// The time that the days are counted from.
    pub started_at: Timestamp,
    /// The runs from the first that saw its updates, oldest first.
    pub runs: Vec<StillMissing>,
    /// The day on which at least half of the machines that had missed the updates no longer did.
    /// `None` if that has not happened yet.
    pub median_days: Option<u32>,
}

/// What the days of a release are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The month's Patch Tuesday.
    PatchTuesday,
    /// The first run that saw its updates.
    FirstSeen,
}

/// The machines that still missed an update of a month in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillMissing {
    /// Whole days since the start.
    pub day: u32,
    /// The number of machines.
    pub machines: u64,
    /// The number of machines that answered.
    pub answered: u64,
}

impl StillMissing {
    /// The percentage of the answered machines.
    pub fn percent(self) -> f64 {
        percent(self.machines, self.answered)
    }
}

/// Follows the latest months through these runs, oldest first. The latest month comes first in the result.
///
/// Excludes runs with too few answers, and months that already appeared in the first run, unless their Patch
/// Tuesday was shortly before: it is unknown how long they had been missing.
pub fn time_to_patch(runs: &[RunReleases]) -> Vec<TimeToPatch> {
    let whole = runs
        .iter()
        .filter(|run| is_enough(run.answered, run.machines));
    let whole: Vec<&RunReleases> = whole.filter(|run| run.answered > 0).collect();
    let counts = whole.iter().flat_map(|run| &run.counts);
    let mut months: Vec<ReleaseMonth> = counts.map(|count| count.month).collect();
    months.sort_unstable_by(|one, other| other.cmp(one));
    months.dedup();
    let followed = months.into_iter().take(MAX_MONTHS);
    followed.filter_map(|month| follow(month, &whole)).collect()
}

fn follow(month: ReleaseMonth, runs: &[&RunReleases]) -> Option<TimeToPatch> {
    let first = runs
        .iter()
        .position(|run| run.machines_missing(month) > 0)?;
    let first_seen = runs[first].started_at;
    let released = month
        .patch_tuesday()
        .to_zoned_datetime(TimeZone::UTC)
        .ok()?
        .timestamp();
    let is_prompt =
        (SignedDuration::ZERO..=SEEN_PROMPTLY).contains(&first_seen.duration_since(released));
    let (from, started_at) = match first {
        _ if is_prompt => (Start::PatchTuesday, released),
        0 => return None,
        _ => (Start::FirstSeen, first_seen),
    };
    let runs = runs[first..].iter().map(|run| StillMissing {
        day: whole_days(started_at, run.started_at),
        machines: run.machines_missing(month),
        answered: run.answered,
    });
    let runs: Vec<StillMissing> = runs.collect();
    Some(TimeToPatch {
        month,
        from,
        started_at,
        median_days: median_days(&runs),
        runs,
    })
}

/// The first day, after the one on which most machines missed the updates, on which at most half
/// as many did.
fn median_days(runs: &[StillMissing]) -> Option<u32> {
    let share = |run: &StillMissing| u128::from(run.machines);
    let is_more = |one: &StillMissing, other: &StillMissing| {
        share(one) * u128::from(other.answered) > share(other) * u128::from(one.answered)
    };
    let mut most = 0;
    for index in 1..runs.len() {
        if is_more(&runs[index], &runs[most]) {
            most = index;
        }
    }
    let peak = runs.get(most)?;
    let half = runs[most..].iter().find(|run| {
        2 * share(run) * u128::from(peak.answered) <= share(peak) * u128::from(run.answered)
    });
    half.map(|run| run.day)
}

impl RunReleases {
    fn machines_missing(&self, month: ReleaseMonth) -> u64 {
        let count = self.counts.iter().find(|count| count.month == month);
        count.map_or(0, |count| count.machines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(number: u16) -> ReleaseMonth {
        ReleaseMonth::new(2026, number).unwrap()
    }

    /// A run of ten machines at 22:00 of a day of November, with the machines that miss the updates
    /// of October and of November.
    fn run(day: u8, answered: u64, missing: [u64; 2]) -> RunReleases {
        let counts = [10, 11].map(month).into_iter().zip(missing);
        let counts = counts.map(|(month, machines)| ReleaseCount { month, machines });
        RunReleases {
            started_at: format!("2026-11-{day:02}T22:00:00Z").parse().unwrap(),
            machines: 10,
            answered,
            counts: counts.filter(|count| count.machines > 0).collect(),
        }
    }

    #[test]
    fn days_are_counted_from_the_patch_tuesday() {
        // 2026-11-10 is the second Tuesday.
        let runs = [
            run(9, 10, [4, 0]),
            run(10, 10, [4, 2]),
            run(11, 10, [3, 8]),
            run(12, 9, [3, 1]),
            run(15, 10, [2, 5]),
            run(17, 10, [2, 4]),
        ];
        let followed = time_to_patch(&runs);
        let november = &followed[0];
        assert_eq!(november.month, month(11));
        assert_eq!(november.from, Start::PatchTuesday);
        let days: Vec<_> = november
            .runs
            .iter()
            .map(|it| (it.day, it.machines))
            .collect();
        // The run with too few answers is left out.
        assert_eq!(days, [(0, 2), (1, 8), (5, 5), (7, 4)]);
        assert_eq!(november.median_days, Some(7));
        // October's updates were first seen 27 days after their Patch Tuesday, 2026-10-13.
        assert_eq!(followed[1].month, month(10));
        assert_eq!(followed[1].runs[0].day, 27);
        assert_eq!(followed[1].median_days, Some(33));
    }

    #[test]
    fn late_months_are_followed_from_their_first_run() {
        let late = |day, missing| RunReleases {
            counts: vec![ReleaseCount {
                month: month(3),
                machines: missing,
            }],
            ..run(day, 10, [0, 0])
        };
        // They appeared in the first run already.
        assert_eq!(time_to_patch(&[late(9, 4), late(10, 2)]), []);
        let followed = time_to_patch(&[run(8, 10, [0, 0]), late(9, 4), late(10, 3)]);
        assert_eq!(followed[0].from, Start::FirstSeen);
        let days: Vec<_> = followed[0].runs.iter().map(|it| it.day).collect();
        assert_eq!(days, [0, 1]);
        assert_eq!(followed[0].median_days, None);
    }

    #[test]
    fn patch_tuesday_is_the_second_one() {
        for (number, day) in [(9, 8), (10, 13), (11, 10), (12, 8)] {
            let expected = jiff::civil::date(2026, number.try_into().unwrap(), day);
            assert_eq!(month(number).patch_tuesday(), expected);
        }
    }
}
