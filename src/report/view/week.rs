//! The comparison with last week.

use std::cmp::Ordering;

use jiff::SignedDuration;

use super::changes::sentence;
use crate::{
    changes::Changes,
    domain::text::{share, thousands},
    report::{Run, TrendPoint, time::local_day},
};

/// Seven days less 12 hours: nightly runs do not start at the same minute.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24 - 12);

/// The maximum age that people call last week.
const LAST_WEEK: SignedDuration = SignedDuration::from_hours(10 * 24);

/// The comparison with last week, one sentence each: what changed since then, and the exposure. If
/// the base is also last week's run, it is not repeated.
pub(in crate::report) fn sentences(run: &Run<'_>) -> Vec<String> {
    let changes = another_base(run).map(|week| sentence(week, run.facts));
    changes.into_iter().chain(exposure(run)).collect()
}

/// The changes since last week. `None` if last week's run is the base.
pub(in crate::report) fn another_base<'run>(run: &Run<'run>) -> Option<&'run Changes> {
    let base = run.past.map(|past| past.changes.base.run);
    run.week.filter(|week| Some(week.base.run) != base)
}

/// Compares exposure with the latest complete run that is at least about a week old.
fn exposure(run: &Run<'_>) -> Option<String> {
    let then = about_a_week_ago(run)?;
    let day = local_day(then.started_at, &run.facts.time_zone);
    let days = (age(run, then).as_hours() + 12) / 24;
    let exposure = compared(run.fleet.exposure, then.exposure);
    Some(format!(
        "Exposure score {exposure} {days} days ago ({day})."
    ))
}

/// The latest complete run that is at least about a week old.
pub(super) fn about_a_week_ago<'run>(run: &Run<'run>) -> Option<&'run TrendPoint> {
    let mut whole = run.trend.iter().rev().filter(|point| !point.is_partial());
    whole.find(|point| age(run, point) >= WEEK)
}

/// Whether such a run is not much older than a week.
pub(super) fn is_last_week(run: &Run<'_>, then: &TrendPoint) -> bool {
    age(run, then) <= LAST_WEEK
}

fn age(run: &Run<'_>, then: &TrendPoint) -> SignedDuration {
    run.facts.started_at.duration_since(then.started_at)
}

fn compared(now: u64, then: u64) -> String {
    let word = match now.cmp(&then) {
        Ordering::Less => "lower",
        Ordering::Equal => return format!("{}, the same as", thousands(now)),
        Ordering::Greater => "higher",
    };
    let share = share(now.abs_diff(then), then);
    format!(
        "{}, {share} {word} than the {} of",
        thousands(now),
        thousands(then)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::Fixture;

    fn point(day: &str, answered: u64, exposure: u64) -> TrendPoint {
        TrendPoint {
            run: 1,
            started_at: format!("2026-11-{day}T13:00:00Z").parse().unwrap(),
            machines: 5,
            answered,
            with_gaps: 2,
            clean: 1,
            unsupported: None,
            kbs: 2,
            gaps: 9,
            exposure,
            known_exploited: None,
            rechecked: None,
        }
    }

    #[test]
    fn comparison_uses_the_latest_complete_run_a_week_ago() {
        for (trend, expected) in [
            (vec![], None),
            (vec![point("18", 5, 100)], None),
            (vec![point("16", 2, 100)], None),
            (
                vec![point("10", 5, 7), point("16", 5, 246), point("18", 5, 9)],
                Some("Exposure score 123, 50.0 % lower than the 246 of 7 days ago (2026-11-16)."),
            ),
            (
                vec![point("15", 5, 100), point("16", 2, 246)],
                Some("Exposure score 123, 23.0 % higher than the 100 of 8 days ago (2026-11-15)."),
            ),
            (
                vec![point("16", 5, 123)],
                Some("Exposure score 123, the same as 7 days ago (2026-11-16)."),
            ),
        ] {
            let told = Fixture::small().with_run(|run| {
                exposure(&Run {
                    trend: &trend,
                    ..*run
                })
            });
            assert_eq!(told.as_deref(), expected);
        }
    }
}
