//! The two lines that say where a run stands, as text.

use jiff::{SignedDuration, ZonedDateTime};

use crate::{
    fetch::{
        Progress,
        quota::{RateLimits, Waiting},
    },
    text::{span, thousands},
};

/// Where a run stands, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lines {
    /// Machines, failures, and when the run will have ended.
    pub(super) counts: String,
    /// How much of the quota is used, and what is waited for.
    pub(super) quota: String,
}

impl Lines {
    pub(super) fn new(progress: &Progress, limits: &RateLimits, now: &ZonedDateTime) -> Self {
        Self {
            counts: counts(progress, now),
            quota: quota(progress, limits, now),
        }
    }

    /// Both, for a log.
    pub(super) fn in_one(&self) -> String {
        if self.quota.is_empty() {
            return self.counts.clone();
        }
        format!("{} · {}", self.counts, self.quota)
    }
}

fn counts(progress: &Progress, now: &ZonedDateTime) -> String {
    let counts = progress.counts;
    let mut parts = vec![format!(
        "{} of {} machines",
        thousands(counts.done()),
        thousands(counts.machines)
    )];
    for (count, what) in [
        (counts.not_found, "not found"),
        (counts.failed, "failed"),
        (progress.requests.retried, "retried"),
    ] {
        if count > 0 {
            parts.push(format!("{} {what}", thousands(count)));
        }
    }
    if counts.done() < counts.machines {
        let end = clock(now, progress.remaining);
        parts.push(format!("done {end} (in {})", span(progress.remaining)));
    }
    parts.join(" · ")
}

fn quota(progress: &Progress, limits: &RateLimits, now: &ZonedDateTime) -> String {
    let used = progress
        .used
        .iter()
        .zip(&limits.0)
        .map(|((used, _), limit)| format!("{} of {limit}", thousands(*used as u64)));
    let mut parts: Vec<String> = used.collect();
    if !parts.is_empty() {
        parts[0].insert_str(0, "quota used ");
    }
    if let Some((waiting, left)) = progress.waiting {
        let why = match waiting {
            Waiting::Window => "the quota's window opens",
            Waiting::Throttled => "the service refuses calls for quota",
        };
        let until = clock(now, left);
        parts.push(match waiting {
            Waiting::Window => format!("{why} {until} (in {})", span(left)),
            Waiting::Throttled => format!("{why}; going on {until} (in {})", span(left)),
        });
    }
    parts.join(" · ")
}

/// The time of day then; with its weekday when it is another day.
fn clock(now: &ZonedDateTime, left: std::time::Duration) -> String {
    let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX);
    let Ok(then) = now.checked_add(left) else {
        return "never".to_owned();
    };
    let minute = if left < SignedDuration::from_mins(5) {
        "%H:%M:%S"
    } else {
        "%H:%M"
    };
    let format = if then.date() == now.date() {
        minute.to_owned()
    } else if left < SignedDuration::from_hours(24 * 6) {
        format!("%a {minute}")
    } else {
        format!("%Y-%m-%d {minute}")
    };
    then.strftime(&format).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fetch::{Counts, Requests};

    fn now() -> ZonedDateTime {
        "2026-11-23T22:00:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    fn progress() -> Progress {
        Progress {
            counts: Counts {
                machines: 10_000,
                answered: 1500,
                not_found: 4,
                failed: 0,
            },
            requests: Requests {
                sent: 1530,
                retried: 26,
                throttled: 0,
            },
            used: vec![(100, 100), (1500, 1500)],
            waiting: None,
            remaining: Duration::from_mins(340),
        }
    }

    fn lines(progress: &Progress) -> Lines {
        Lines::new(progress, &"100/min,1500/h".parse().unwrap(), &now())
    }

    #[test]
    fn the_end_is_told_by_the_clock() {
        assert_eq!(
            lines(&progress()).in_one(),
            "1,504 of 10,000 machines · 4 not found · 26 retried · done Tue 03:40 (in 5 h 40 min) \
             · quota used 100 of 100/min · 1,500 of 1500/h"
        );
    }

    #[test]
    fn standing_still_is_explained() {
        let mut progress = progress();
        progress.waiting = Some((Waiting::Window, Duration::from_mins(44)));
        let expected = "the quota's window opens 22:44 (in 44 min)";
        assert!(
            lines(&progress).quota.ends_with(expected),
            "{:?}",
            lines(&progress)
        );

        progress.waiting = Some((Waiting::Throttled, Duration::from_secs(17)));
        let expected = "the service refuses calls for quota; going on 22:00:17 (in 17 s)";
        assert!(
            lines(&progress).quota.ends_with(expected),
            "{:?}",
            lines(&progress)
        );
    }

    #[test]
    fn a_run_without_quota_says_nothing_of_it() {
        let mut progress = progress();
        progress.used.clear();
        progress.counts.answered = 9996;
        let lines = Lines::new(&progress, &RateLimits::default(), &now());
        assert_eq!(
            lines.in_one(),
            "10,000 of 10,000 machines · 4 not found · 26 retried"
        );
    }
}
