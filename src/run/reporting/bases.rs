//! Which earlier run a run is compared with.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    aggregate::is_enough,
    store::{EarlierRun, RunRecord},
};

/// How far back `lastWeek` goes.
pub(super) const WEEK: Duration = Duration::from_hours(7 * 24);

/// The divisor of an age for the tolerance, because nightly runs do not start at the same minute:
/// half a day for a week.
const TOLERANCE_DIVISOR: u32 = 14;
/// The maximum tolerance.
const MAX_TOLERANCE: Duration = Duration::from_hours(12);

/// The run to compare with, in order of preference: the latest of the same fleet with enough
/// answers, the latest of the same fleet, the latest with enough answers, the latest.
pub(super) fn latest(earlier: &[EarlierRun]) -> Option<&EarlierRun> {
    let fitness = |it: &EarlierRun| (it.is_same_fleet, is_whole(&it.record), it.record.run);
    earlier.iter().max_by_key(|it| fitness(it))
}

/// The latest run of the same fleet with enough answers that started at least this long before,
/// with some tolerance. `earlier` has the latest first.
pub(super) fn whole_before(
    earlier: &[EarlierRun],
    started_at: Timestamp,
    age: Duration,
) -> Option<&EarlierRun> {
    let least = age.saturating_sub(MAX_TOLERANCE.min(age / TOLERANCE_DIVISOR));
    let least = SignedDuration::try_from(least).unwrap_or(SignedDuration::MAX);
    let is_old = |run: &RunRecord| started_at.duration_since(run.started_at) >= least;
    let fits = |it: &&EarlierRun| it.is_same_fleet && is_whole(&it.record) && is_old(&it.record);
    earlier.iter().find(fits)
}

fn is_whole(run: &RunRecord) -> bool {
    is_enough(run.tally.answered, run.tally.machines())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{accuracy::Accuracy, requests::Requests},
        store::{OutcomeCounts, RunId, Service},
    };

    const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0);

    fn run(number: i64, is_same_fleet: bool, answered: u64) -> EarlierRun {
        let record = RunRecord {
            run: RunId(number),
            service_number: 1,
            service: Service {
                tenant_id: String::new(),
                api_url: String::new(),
            },
            file: String::new(),
            lists_tenant: false,
            session: 1,
            started_at: NOW,
            active_at: NOW,
            finished_at: None,
            ended: None,
            outcome: None,
            tally: OutcomeCounts {
                answered,
                failed: 100 - answered,
                ..OutcomeCounts::default()
            },
            requests: Requests::default(),
            figures: None,
            rechecked: Accuracy::default(),
        };
        EarlierRun {
            record,
            is_same_fleet,
        }
    }

    #[test]
    fn base_is_the_latest_of_the_best_runs() {
        for (runs, expected) in [
            (vec![], None),
            (vec![run(2, true, 98), run(1, true, 100)], Some(2)),
            (vec![run(2, true, 97), run(1, true, 98)], Some(1)),
            (vec![run(2, true, 97), run(1, true, 12)], Some(2)),
            // A run of another, smaller list is not the base.
            (vec![run(2, false, 100), run(1, true, 50)], Some(1)),
            (vec![run(3, false, 90), run(2, false, 99)], Some(2)),
        ] {
            let base = latest(&runs).map(|it| it.record.run.0);
            assert_eq!(base, expected, "{runs:?}");
        }
    }

    fn hours_ago(hours: i64, mut run: EarlierRun) -> EarlierRun {
        run.record.started_at = NOW - SignedDuration::from_hours(hours);
        run
    }

    #[test]
    fn whole_run_is_old_enough_and_of_the_same_fleet() {
        let runs = [
            hours_ago(24, run(6, true, 100)),
            hours_ago(7 * 24 - 13, run(5, true, 100)),
            hours_ago(7 * 24 - 12, run(4, true, 97)),
            hours_ago(7 * 24, run(3, false, 100)),
            hours_ago(7 * 24 + 1, run(2, true, 98)),
            hours_ago(30 * 24 - 12, run(1, true, 98)),
        ];
        for (hours, expected) in [
            (1, Some(6)),
            (24, Some(6)),
            // Nightly runs may start up to 102 minutes earlier than a day before.
            (25, Some(6)),
            (26, Some(5)),
            (7 * 24, Some(2)),
            (30 * 24, Some(1)),
            (31 * 24, None),
        ] {
            let age = Duration::from_hours(hours);
            let found = whole_before(&runs, NOW, age).map(|it| it.record.run.0);
            assert_eq!(found, expected, "{hours}");
        }
        let half_a_day_less = [hours_ago(7 * 24 - 12, run(1, true, 98))];
        assert!(whole_before(&half_a_day_less, NOW, WEEK).is_some());
        let more_than_that = [hours_ago(7 * 24 - 13, run(1, true, 98))];
        assert!(whole_before(&more_than_that, NOW, WEEK).is_none());
    }
}
