//! Times as every report writes them.

use jiff::Timestamp;

use super::Facts;
use crate::changes::Base;

/// RFC 3339 in UTC, to the second: `2026-11-23T13:00:00Z`.
pub(super) fn rfc3339(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// The local day of the run that this one is compared with: `2026-11-22`. Where both are of the
/// same day, with its time.
pub(super) fn base_day(facts: &Facts, base: &Base) -> String {
    let local = |time: Timestamp| time.to_zoned_datetime(facts.time_zone.clone());
    let (then, now) = (local(base.started_at), local(facts.started_at));
    let format = if then.date() == now.date() {
        "%Y-%m-%d %H:%M"
    } else {
        "%Y-%m-%d"
    };
    then.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::Fixture;

    #[test]
    fn a_base_of_the_same_day_is_told_with_its_time() {
        Fixture::second_night().with_run(|run| {
            let base = run.past.unwrap().changes.base;
            assert_eq!(base_day(run.facts, &base), "2026-11-22");
            let today = Base {
                started_at: "2026-11-22T23:30:00Z".parse().unwrap(),
                ..base
            };
            assert_eq!(base_day(run.facts, &today), "2026-11-23 00:30");
        });
    }

    #[test]
    fn fractions_of_a_second_go() {
        for text in ["2026-11-23T13:00:00Z", "2026-11-23T13:00:00.999999999Z"] {
            assert_eq!(rfc3339(text.parse().unwrap()), "2026-11-23T13:00:00Z");
        }
    }
}
