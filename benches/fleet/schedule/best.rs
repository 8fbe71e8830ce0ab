//! The best schedule, call by call, from the definition of the limits alone.

use std::time::Duration;

use patchgap::fetch::quota::{Pace, RateLimits};

/// When the last of so many calls is answered at the earliest. A call counts until a whole
/// window after its answer: no client can know when the service began to count it.
pub(super) fn best(
    limits: &str,
    pace: &str,
    latency: Duration,
    concurrency: usize,
    calls: u32,
) -> Duration {
    let limits: RateLimits = limits.parse().unwrap_or_default();
    let pace = pace.parse::<Pace>().unwrap_or_default().0;
    let pace = pace.map_or(Duration::ZERO, |pace| pace.window / pace.calls.get());
    let mut sent: Vec<Duration> = Vec::new();
    for _ in 0..calls {
        let mut at = sent.last().map_or(Duration::ZERO, |last| *last + pace);
        let mut not_before = |earlier: usize, hold: Duration| {
            if let Some(call) = sent.len().checked_sub(earlier) {
                at = at.max(sent[call] + latency + hold);
            }
        };
        not_before(concurrency, Duration::ZERO);
        for limit in &limits.0 {
            not_before(limit.calls.get() as usize, limit.window);
        }
        sent.push(at);
    }
    sent.last().copied().unwrap_or_default() + latency
}
