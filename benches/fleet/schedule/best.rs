//! The best schedule, call by call, from the definition of the limits alone.

use std::time::Duration;

use patchgap::quota::{Pace, RateLimits};

/// Since when on a window counts a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Since its answer: no client can know when the service began to count it.
    Answer,
    /// Since its sending: as one would count who knew that the service sees it at once.
    Sending,
}

/// The earliest time at which the last of this number of calls is answered.
pub(super) fn best(
    since: Since,
    limits: &str,
    pace: &str,
    latency: Duration,
    (concurrency, calls): (usize, u32),
) -> Duration {
    let counted = match since {
        Since::Answer => latency,
        Since::Sending => Duration::ZERO,
    };
    let limits: RateLimits = limits.parse().unwrap_or_default();
    let pace = pace.parse::<Pace>().unwrap_or_default().0;
    let pace = pace.map_or(Duration::ZERO, |pace| pace.window / pace.calls.get());
    let mut sent: Vec<Duration> = Vec::new();
    for _ in 0..calls {
        let mut at = sent.last().map_or(Duration::ZERO, |last| *last + pace);
        let mut not_before = |earlier: usize, hold: Duration| {
            if let Some(call) = sent.len().checked_sub(earlier) {
                at = at.max(sent[call] + hold);
            }
        };
        not_before(concurrency, latency);
        for limit in &limits.0 {
            not_before(limit.calls.get() as usize, counted + limit.window);
        }
        sent.push(at);
    }
    sent.last().copied().unwrap_or_default() + latency
}
