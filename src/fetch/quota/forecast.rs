//! When the last call will be answered: the schedule that the windows dictate, played
//! forward. The current speed says nothing about that: with 1,500 calls an hour it is
//! high for a quarter of an hour and then zero.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::window::Window;

/// What is still to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Calls still to be sent.
    pub calls: u64,
    /// How long an answer takes.
    pub latency: Duration,
    /// Calls that may be in flight at once.
    pub concurrency: usize,
}

/// Places that calls take for some time: a window's, or those in flight at once.
struct Places {
    limit: usize,
    hold: Duration,
    taken: VecDeque<Instant>,
}

impl Places {
    /// When there is a place, from `instant` on; takes it.
    fn next(&mut self, mut instant: Instant) -> Instant {
        // More than the limit are taken where an earlier process had a higher one.
        while self.taken.len() >= self.limit
            && let Some(free) = self.taken.pop_front()
        {
            instant = instant.max(free);
        }
        instant
    }

    fn take(&mut self, sent: Instant) {
        self.taken.push_back(sent + self.hold);
    }
}

/// When the last answer of the load will have arrived: the load, played forward through the
/// windows, the pace and the pause as they stand.
pub(super) fn forecast(
    windows: &[Window],
    pace: Duration,
    resume_at: Instant,
    now: Instant,
    load: Load,
) -> Instant {
    let mut places: Vec<Places> = windows
        .iter()
        .map(|window| Places {
            limit: window.limit(),
            hold: load.latency + window.hold(),
            taken: window.expiries(now + load.latency),
        })
        .collect();
    places.push(Places {
        limit: load.concurrency.max(1),
        hold: load.latency,
        taken: VecDeque::new(),
    });
    let mut sent = resume_at.max(now);
    for call in 0..load.calls {
        let paced = if call == 0 { sent } else { sent + pace };
        sent = places
            .iter_mut()
            .fold(paced, |instant, place| place.next(instant));
        for place in &mut places {
            place.take(sent);
        }
    }
    let latency = if load.calls == 0 {
        Duration::ZERO
    } else {
        load.latency
    };
    sent + latency
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(limits: &[&str], pace: u64, load: Load) -> f64 {
        let windows: Vec<Window> = limits
            .iter()
            .map(|limit| Window::new(limit.parse().unwrap()))
            .collect();
        let now = Instant::now();
        let end = forecast(&windows, Duration::from_millis(pace), now, now, load);
        (end - now).as_secs_f64()
    }

    fn load(calls: u64, latency_ms: u64, concurrency: usize) -> Load {
        Load {
            calls,
            latency: Duration::from_millis(latency_ms),
            concurrency,
        }
    }

    #[test]
    fn the_hour_decides_for_a_large_fleet() {
        for (limits, pace, load, expected) in [
            (&[][..], 0, load(0, 200, 8), 0.0),
            (&[], 100, load(50, 0, 8), 4.9),
            (&["100/min"], 100, load(100, 200, 8), 10.1),
            (&["100/min"], 100, load(101, 200, 8), 60.4),
            (
                &["100/min", "1500/h"],
                100,
                load(1500, 0, 8),
                14.0 * 60.0 + 9.9,
            ),
            (
                &["100/min", "1500/h"],
                100,
                load(10_000, 0, 8),
                6.0 * 3600.0 + 9.0 * 60.0 + 9.9,
            ),
            // A service that is slower than the quota: eight at a time, five seconds each.
            (&["100/s"], 0, load(80, 5000, 8), 50.0),
        ] {
            let seconds = seconds(limits, pace, load);
            assert!(
                (seconds - expected).abs() <= 0.005 * expected + 0.1,
                "{load:?}: {seconds} s"
            );
        }
    }
}
