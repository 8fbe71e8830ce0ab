//! The two text lines that describe the progress of a run.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use crate::{
    collect::Progress,
    domain::text::{counted, is_about_the_same, is_unknown, span, span_between, thousands},
    quota::{Pace, WaitReason},
};

/// The progress of a run as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lines {
    /// How much is done, and when the run will end; short enough to fit next to a bar.
    pub(super) summary: String,
    /// Waiting times, problems and the use of the quota; the most important first, because a narrow terminal
    /// cuts off the end.
    pub(super) details: String,
}

impl Lines {
    pub(super) fn new(progress: &Progress, until: Option<Timestamp>, now: &ZonedDateTime) -> Self {
        let details = [waiting(progress, now), problems(progress), used(progress)];
        Self {
            summary: summary(progress, until, now),
            details: details.concat().join(" · "),
        }
    }

    /// Both parts in one line, for a log.
    pub(super) fn one_line(&self) -> String {
        if self.details.is_empty() {
            return self.summary.clone();
        }
        format!("{} · {}", self.summary, self.details)
    }
}

/// Before the first call: the number of machines to request, the quota, and when the run will end;
/// `None` if nothing is left to do.
pub(super) fn plan(
    progress: &Progress,
    pace: Pace,
    until: Option<Timestamp>,
    now: &ZonedDateTime,
) -> Option<String> {
    let left = progress.counts.left();
    let machines = counted(left, "machine", "machines");
    let mut parts = vec![format!("plan: {machines} to query, one call each")];
    if !progress.limits.0.is_empty() {
        parts.push(format!("quota {}", progress.limits));
    }
    if pace.0.is_some() {
        parts.push(format!("paced at {pace}"));
    }
    if progress.used.iter().any(|(used, _)| *used > 0) {
        parts.extend(used(progress));
    }
    // A log may be read in another time zone.
    let zone = now.strftime(" %:z").to_string();
    parts.push(end(progress, until, now, &zone));
    (left > 0).then(|| parts.join(" · "))
}

fn summary(progress: &Progress, until: Option<Timestamp>, now: &ZonedDateTime) -> String {
    let (done, machines) = (progress.counts.done(), progress.counts.machines);
    let mut summary = format!("{} of {} machines", thousands(done), thousands(machines));
    if done < machines {
        summary = format!("{summary} · {}", end(progress, until, now, ""));
    }
    summary
}

/// How and when the run will end: when it is finished, or when its time limit is reached. Before the first
/// answer, this may be unknown.
fn end(progress: &Progress, until: Option<Timestamp>, now: &ZonedDateTime, zone: &str) -> String {
    let left = until.map(|until| until.duration_since(now.timestamp()));
    let left = left.map(|left| Duration::try_from(left).unwrap_or_default());
    let mut least = progress.remaining_at_least;
    if is_about_the_same(least, progress.remaining_at_most) {
        least = progress.remaining;
    }
    if let Some(left) = left.filter(|left| *left < least) {
        return format!("time limit {}{zone} (in {})", clock(now, left), span(left));
    }
    let most = progress.remaining_at_most;
    let most = left.map_or(most, |left| most.min(left));
    if is_unknown(least, most) {
        let limit = left.map(|left| format!("; time limit {}{zone}", clock(now, left)));
        return format!(
            "end unknown until the first answers{}",
            limit.unwrap_or_default()
        );
    }
    let mut when = clock(now, least);
    if !is_about_the_same(least, most) {
        when = format!("{when} to {}", clock(now, most));
    }
    format!("done {when}{zone} (in {})", span_between(least, most))
}

fn waiting(progress: &Progress, now: &ZonedDateTime) -> Vec<String> {
    let text = |(waiting, waits)| {
        let (until, left) = (clock(now, waits), span(waits));
        match waiting {
            WaitReason::Window => format!("waiting for the quota until {until} (in {left})"),
            WaitReason::Throttled => {
                format!("rate limited by Defender (429); resuming {until} (in {left})")
            }
            WaitReason::Outage if waits.is_zero() => {
                "the service is not responding; retrying now".to_owned()
            }
            WaitReason::Outage => {
                format!("the service is not responding; retrying at {until} (in {left})")
            }
        }
    };
    progress.waiting.map(text).into_iter().collect()
}

fn problems(progress: &Progress) -> Vec<String> {
    let counts = [
        (progress.counts.not_found, "not found"),
        (progress.counts.failed, "failed"),
        (progress.requests.retried, "retried"),
    ];
    let happened = counts.into_iter().filter(|(count, _)| *count > 0);
    happened
        .map(|(count, what)| format!("{} {what}", thousands(count)))
        .collect()
}

fn used(progress: &Progress) -> Vec<String> {
    let limits = progress.used.iter().zip(&progress.limits.0);
    let mut parts: Vec<String> = limits
        .map(|((used, _), limit)| format!("{} of {limit}", thousands(*used as u64)))
        .collect();
    if let Some(first) = parts.first_mut() {
        first.insert_str(0, "quota used ");
    }
    parts
}

/// The time of day at the end of `left`, with the weekday if that is another day.
fn clock(now: &ZonedDateTime, left: Duration) -> String {
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
    use super::*;
    use crate::{collect::Counts, domain::requests::Requests, quota::RateLimits};

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
            limits: "100/min,1500/h".parse().unwrap(),
            used: vec![(100, 100), (1500, 1500)],
            waiting: None,
            remaining: Duration::from_mins(340),
            remaining_at_least: Duration::from_mins(340),
            remaining_at_most: Duration::from_mins(340),
        }
    }

    fn lines(progress: &Progress) -> Lines {
        Lines::new(progress, None, &now())
    }

    #[test]
    fn end_is_shown_as_clock_time() {
        assert_eq!(
            lines(&progress()).one_line(),
            "1,504 of 10,000 machines · done Tue 03:40 (in 5 h 40 min) · 4 not found · 26 retried \
             · quota used 100 of 100/min · 1,500 of 1500/h"
        );
    }

    #[test]
    fn deadline_before_the_end_is_shown() {
        let until = |hours| Some(now().timestamp() + SignedDuration::from_hours(hours));
        let summary = |until| Lines::new(&progress(), until, &now()).summary;
        let begins = "1,504 of 10,000 machines · ";
        assert_eq!(
            summary(until(2)),
            format!("{begins}time limit Tue 00:00 (in 2 h)")
        );
        assert_eq!(
            summary(until(6)),
            format!("{begins}done Tue 03:40 (in 5 h 40 min)")
        );
    }

    #[test]
    fn uncertain_end_is_shown_as_a_range() {
        let progress = Progress {
            remaining_at_least: Duration::from_secs(10),
            remaining_at_most: Duration::from_secs(20),
            ..progress()
        };
        let end = |seconds: Option<i64>| {
            let until = seconds.map(|it| now().timestamp() + SignedDuration::from_secs(it));
            let summary = Lines::new(&progress, until, &now()).summary;
            summary.replace("1,504 of 10,000 machines · ", "")
        };
        assert_eq!(end(None), "done 22:00:10 to 22:00:20 (in 10 to 20 s)");
        assert_eq!(end(Some(15)), "done 22:00:10 to 22:00:15 (in 10 to 15 s)");
        assert_eq!(end(Some(11)), "done 22:00:10 (in 10 s)");
        assert_eq!(end(Some(5)), "time limit 22:00:05 (in 5 s)");
    }

    #[test]
    fn end_that_depends_on_response_times_alone_is_unknown() {
        let progress = Progress {
            remaining_at_least: Duration::from_secs(13),
            remaining_at_most: Duration::from_mins(31),
            ..progress()
        };
        let end = |minutes: Option<i64>| {
            let until = minutes.map(|it| now().timestamp() + SignedDuration::from_mins(it));
            end(&progress, until, &now(), " +01:00")
        };
        assert_eq!(end(None), "end unknown until the first answers");
        assert_eq!(
            end(Some(10)),
            "end unknown until the first answers; time limit 22:10 +01:00"
        );
        assert_eq!(
            end(Some(1)),
            "done 22:00:13 to 22:01:00 +01:00 (in 13 s to 1 min)"
        );
    }

    #[test]
    fn plan_shows_machines_and_quota() {
        let pace: Pace = "10/s".parse().unwrap();
        let mut progress = progress();
        let said = |progress: &Progress| plan(progress, pace, None, &now());
        assert_eq!(
            said(&progress).unwrap(),
            "plan: 8,496 machines to query, one call each · quota 100/min,1500/h · paced at 10/s \
             · quota used 100 of 100/min · 1,500 of 1500/h · done Tue 03:40 +01:00 (in 5 h 40 min)"
        );
        progress.used = vec![(0, 100), (0, 1500)];
        progress.counts.answered = 9995;
        assert_eq!(
            said(&progress).unwrap(),
            "plan: 1 machine to query, one call each · quota 100/min,1500/h · paced at 10/s \
             · done Tue 03:40 +01:00 (in 5 h 40 min)"
        );
        progress.counts.answered = 9996;
        assert_eq!(said(&progress), None);
    }

    #[test]
    fn plan_without_limits_omits_the_quota() {
        let progress = Progress {
            limits: RateLimits::default(),
            ..progress()
        };
        let said = plan(&progress, Pace::default(), None, &now());
        assert!(
            said.unwrap()
                .starts_with("plan: 8,496 machines to query, one call each · done ")
        );
    }

    #[test]
    fn wait_is_explained() {
        let mut progress = progress();
        progress.waiting = Some((WaitReason::Window, Duration::from_mins(44)));
        let expected = "waiting for the quota until 22:44 (in 44 min)";
        assert!(
            lines(&progress).details.starts_with(expected),
            "{:?}",
            lines(&progress)
        );

        progress.waiting = Some((WaitReason::Throttled, Duration::from_secs(17)));
        let expected = "rate limited by Defender (429); resuming 22:00:17 (in 17 s)";
        assert!(
            lines(&progress).details.starts_with(expected),
            "{:?}",
            lines(&progress)
        );

        for (seconds, expected) in [
            (
                32,
                "the service is not responding; retrying at 22:00:32 (in 32 s)",
            ),
            (0, "the service is not responding; retrying now"),
        ] {
            progress.waiting = Some((WaitReason::Outage, Duration::from_secs(seconds)));
            let details = lines(&progress).details;
            assert!(details.starts_with(expected), "{details}");
        }
    }

    #[test]
    fn progress_without_limits_omits_the_quota() {
        let mut progress = progress();
        progress.used.clear();
        progress.limits = RateLimits::default();
        progress.counts.answered = 9996;
        let lines = Lines::new(&progress, None, &now());
        assert_eq!(
            lines.one_line(),
            "10,000 of 10,000 machines · 4 not found · 26 retried"
        );
    }
}
