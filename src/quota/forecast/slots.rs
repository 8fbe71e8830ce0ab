//! What a call occupies for some time: a slot in a window, among the calls in flight, or in the pace.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// Slots that are taken and become free again.
#[derive(Debug)]
pub(super) struct Slots {
    limit: usize,
    /// From sending on, how long a call occupies its slot.
    hold: Duration,
    /// When each slot that is taken is free again, soonest first.
    taken: VecDeque<Instant>,
}

impl Slots {
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

    /// Whether so many calls more need a slot that another one has left.
    pub(super) fn fill_up(&self, calls: u64) -> bool {
        self.taken.len() as u64 + calls > self.limit as u64
    }

    /// How many calls go in which time, when it is these slots that decide.
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

    /// Frees the slot that the next call needs, and returns when that is; `None` when there is
    /// one already.
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
