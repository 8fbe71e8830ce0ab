//! The calls in flight, with the time each was sent.

use tokio::time::Instant;

/// One slot for each call in flight; the number of slots only grows.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    sent: Vec<Option<Instant>>,
    free: Vec<usize>,
}

impl InFlight {
    /// Adds a call, and returns its slot.
    pub(super) fn add(&mut self, now: Instant) -> usize {
        if let Some(slot) = self.free.pop() {
            self.sent[slot] = Some(now);
            return slot;
        }
        self.sent.push(Some(now));
        self.sent.len() - 1
    }

    /// Removes the call in this slot, because it was answered or never sent.
    pub(super) fn remove(&mut self, slot: usize) {
        self.sent[slot] = None;
        self.free.push(slot);
    }

    /// When each call was sent, earliest first.
    pub(super) fn sent(&self) -> Vec<Instant> {
        let mut sent: Vec<Instant> = self.sent.iter().flatten().copied().collect();
        sent.sort_unstable();
        sent
    }
}
