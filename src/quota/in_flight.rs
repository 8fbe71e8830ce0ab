//! The calls in flight: since when each has been under way.

use tokio::time::Instant;

/// A place for each call in flight. There are as many as there ever were at once.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    sent: Vec<Option<Instant>>,
    free: Vec<usize>,
}

impl InFlight {
    /// Notes a call, and returns its place.
    pub(super) fn take(&mut self, now: Instant) -> usize {
        if let Some(place) = self.free.pop() {
            self.sent[place] = Some(now);
            return place;
        }
        self.sent.push(Some(now));
        self.sent.len() - 1
    }

    /// Notes that the call in this place is answered, or was not sent.
    pub(super) fn leave(&mut self, place: usize) {
        self.sent[place] = None;
        self.free.push(place);
    }

    /// When each of them was sent, earliest first.
    pub(super) fn sent(&self) -> Vec<Instant> {
        let mut sent: Vec<Instant> = self.sent.iter().flatten().copied().collect();
        sent.sort_unstable();
        sent
    }
}
