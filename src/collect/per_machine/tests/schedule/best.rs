//! The best schedule that limits allow, call by call, from their definition alone.

use std::time::Duration;

use crate::quota::{RateLimit, RateLimits};

/// What calls are sent under.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) limits: RateLimits,
    pub(super) pace: Duration,
    pub(super) concurrency: usize,
}

/// Since when on a window counts a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Since its answer, and for the guard longer: all that a client can know.
    Answer,
    /// Since its sending: as one would count who knew that the service sees it at once.
    Sending,
}

impl Rules {
    /// When the last of these calls is answered at the earliest. Each is sent as soon as
    /// pace, calls in flight and windows allow.
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

/// How long a call counts.
fn hold(limit: &RateLimit, since: Since) -> Duration {
    match since {
        Since::Answer => limit.window + Duration::from_millis(2) + limit.window / 10_000,
        Since::Sending => limit.window,
    }
}

/// After this instant, fewer than `places` of these are still to come.
fn nth_last(sorted: &[Duration], places: usize) -> Option<Duration> {
    sorted.len().checked_sub(places).map(|at| sorted[at])
}

fn insert(sorted: &mut Vec<Duration>, instant: Duration) {
    let at = sorted.partition_point(|earlier| *earlier <= instant);
    sorted.insert(at, instant);
}
