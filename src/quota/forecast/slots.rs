//! The slots that a call occupies for some time: in a window, among the calls in flight, or in the
//! pace.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// A limited number of slots, which calls occupy for a fixed time.
#[derive(Debug)]
pub(super) struct Slots {
    limit: usize,
    /// How long a call occupies its slot, from the time it is sent.
    hold: Duration,
    /// When each occupied slot becomes free, soonest first.
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

    /// Whether this number of further calls exceeds the free slots.
    pub(super) fn can_fill_up(&self, calls: u64) -> bool {
        self.taken.len() as u64 + calls > self.limit as u64
    }

    /// The number of calls and the time of one round, when these slots alone decide.
    pub(super) fn round(&self) -> (usize, Duration) {
        (self.limit, self.hold)
    }

    /// The index of the slots with the lowest throughput in the long run.
    pub(super) fn slowest(all: &[Self]) -> Option<usize> {
        let slower = |one: &Self, other: &Self| {
            let [of_one, of_other] =
                [(one, other), (other, one)].map(|(a, b)| a.hold.as_nanos() * b.limit as u128);
            of_one.cmp(&of_other)
        };
        (0..all.len()).max_by(|one, other| slower(&all[*one], &all[*other]))
    }

    /// Frees the slot that the next call needs, and returns when that happens; `None` if a slot is
    /// free already.
    pub(super) fn free(&mut self) -> Option<Instant> {
        let mut free = None;
        // More slots than the limit are occupied if an earlier process had a higher limit.
        while self.taken.len() >= self.limit {
            free = self.taken.pop_front();
        }
        free
    }

    pub(super) fn take(&mut self, sent: Instant) {
        self.taken.push_back(sent + self.hold);
    }
}
