//! How much is waiting to be written.

use std::{
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
};

use tokio::sync::Notify;

/// Outcomes that may wait: as many as calls are in flight, as a rule.
const ENOUGH: usize = 16;

/// Counts outcomes that are not yet safe.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: AtomicUsize,
    less: Notify,
}

impl Backlog {
    pub(super) fn more(&self) {
        self.waiting.fetch_add(1, SeqCst);
    }

    pub(super) fn less(&self, outcomes: usize) {
        self.waiting.fetch_sub(outcomes, SeqCst);
        self.less.notify_waiters();
    }

    /// Waits until few enough are waiting.
    pub(super) async fn room(&self) {
        loop {
            let mut less = pin!(self.less.notified());
            // From here on no news is missed.
            less.as_mut().enable();
            if self.waiting.load(SeqCst) < ENOUGH {
                return;
            }
            less.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_fills_and_makes_room() {
        let backlog = Backlog::default();
        for _ in 0..ENOUGH {
            backlog.room().await;
            backlog.more();
        }
        let mut room = pin!(backlog.room());
        assert!(futures::poll!(&mut room).is_pending());
        backlog.less(1);
        room.await;
    }
}
