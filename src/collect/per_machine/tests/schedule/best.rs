//! The best schedule within limits, call by call, from their definition alone.

use std::time::Duration;

use crate::quota::{RateLimit, RateLimits};

/// The conditions of a schedule.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) limits: RateLimits,
    pub(super) pace: Duration,
    pub(super) concurrency: usize,
}

/// The moment from which a window counts a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Its answer, plus the guard: all that a client can know.
    Answer,
    /// Its sending, as if the service were known to receive it immediately.
    Sending,
}

impl Rules {
    /// The earliest time of the last answer. Each call is sent as soon as pace, concurrency and
    /// windows allow.
    pub(super) fn best(&self, latencies: impl Iterator<Item = Duration>, since: Since) -> Duration {
        let (mut answers, mut counted): (Vec<Duration>, Vec<Duration>) = Default::default();
        let mut sent: Option<Duration> = None;
        for latency in latencies {
            let mut at = sent.map_or(Duration::ZERO, |sent| sent + self.pace);
            at = at.max(nth_last(&answers, self.concurrency).unwrap_or_default());
            for limit in &self.limits.0 {
                let calls = limit.calls.get() as usize;
                let free = nth_last(&counted, calls).map(|earlier| earlier + hold(limit, since));
                at = at.max(free.unwrap_or_default());
            }
            sent = Some(at);
            insert(&mut answers, at + latency);
            insert(
                &mut counted,
                if since == Since::Answer {
                    at + latency
                } else {
                    at
                },
            );
        }
        answers.last().copied().unwrap_or_default()
    }
}

/// The time for which a call counts.
fn hold(limit: &RateLimit, since: Since) -> Duration {
    match since {
        Since::Answer => limit.window + Duration::from_millis(2) + limit.window / 10_000,
        Since::Sending => limit.window,
    }
}

/// The instant after which fewer than `places` of these are left.
fn nth_last(sorted: &[Duration], places: usize) -> Option<Duration> {
    sorted.len().checked_sub(places).map(|at| sorted[at])
}

fn insert(sorted: &mut Vec<Duration>, instant: Duration) {
    let at = sorted.partition_point(|earlier| *earlier <= instant);
    sorted.insert(at, instant);
}
