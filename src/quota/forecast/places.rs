//! What calls take for some time: a place in a window, among those in flight, or in the pace.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// Places that are taken and become free again.
#[derive(Debug)]
pub(super) struct Places {
    limit: usize,
    /// From sending on, how long a call takes its place.
    hold: Duration,
    /// When each place that is taken is free again, soonest first.
    taken: VecDeque<Instant>,
}

impl Places {
    pub(super) fn new(
        limit: usize,
        hold: Duration,
        taken: impl IntoIterator<Item = Instant>,
    ) -> Self {
        Self {
            limit,
            hold,
            taken: taken.into_iter().collect(),
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Whether so many calls more need a place that another one has left.
    pub(super) fn fill_up(&self, calls: u64) -> bool {
        self.taken.len() as u64 + calls > self.limit as u64
    }

    /// How many calls go in which time, when it is these places that decide.
    pub(super) fn round(&self) -> (usize, Duration) {
        (self.limit, self.hold)
    }

    /// Which of these let the fewest calls through in the long run.
    pub(super) fn slowest(all: &[Self]) -> Option<usize> {
        let slower = |one: &Self, other: &Self| {
            let [of_one, of_other] =
                [(one, other), (other, one)].map(|(a, b)| a.hold.as_nanos() * b.limit as u128);
            of_one.cmp(&of_other)
        };
        (0..all.len()).max_by(|one, other| slower(&all[*one], &all[*other]))
    }

    /// Takes leave of whoever must go before the next call, and returns when that is;
    /// `None` when there is a place.
    pub(super) fn free(&mut self) -> Option<Instant> {
        let mut free = None;
        // More than the limit are taken where an earlier process had a higher one.
        while self.taken.len() >= self.limit {
            free = self.taken.pop_front();
        }
        free
    }

    pub(super) fn take(&mut self, sent: Instant) {
        self.taken.push_back(sent + self.hold);
    }
}
