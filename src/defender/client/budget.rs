//! Limits the memory that arriving replies may use, over all calls of a run.
//!
//! A reply of usual size is free. The excess of a larger one is reserved as it arrives, from one
//! budget for all calls. When the budget is used up, one reply at a time may exceed it, up to the
//! maximum reply size. So one reply can always finish, there is no deadlock, and the total stays
//! bounded. Large replies are also parsed one at a time, and the memory of the result counts until
//! the answer is stored.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use tokio::sync::{Mutex, MutexGuard, Notify, OwnedSemaphorePermit, Semaphore};

use super::body::Blocks;

/// Bytes of the shared budget. When it is used up, only one reply continues.
const SHARED: usize = 24 << 20;
/// Bytes per reservation. A connection that receives a large reply also has large buffers, so there
/// must not be many of them.
const STEP: usize = 1 << 20;

/// Bytes for the free parts of all replies together.
const FREE_FOR_ALL: usize = 8 << 20;
/// The maximum free part of a reply: most answers are smaller than that. The minimum follows.
const MOST_FREE: usize = 64 << 10;
const LEAST_FREE: usize = 16 << 10;

/// The budget of a run.
#[derive(Debug)]
pub(super) struct Budget {
    /// Free bytes of each reply.
    free: usize,
    /// Reserved bytes. May exceed the budget by memory that could not be foreseen.
    taken: AtomicUsize,
    fewer: Notify,
    /// The right to continue when the budget is used up.
    alone: Arc<Semaphore>,
    /// The buffer in which a large reply is assembled; locked while it is parsed.
    reading: Mutex<Vec<u8>>,
    /// The blocks of reply bodies.
    pub(super) blocks: Arc<Blocks>,
}

/// A reservation, which is returned to the budget on drop.
#[derive(Debug)]
pub(super) struct Reserved {
    budget: Arc<Budget>,
    bytes: usize,
    alone: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// A budget for this number of calls in flight.
    pub(super) fn new(calls: usize) -> Self {
        Self {
            free: (FREE_FOR_ALL / calls.max(1)).clamp(LEAST_FREE, MOST_FREE),
            taken: AtomicUsize::new(0),
            fewer: Notify::new(),
            alone: Arc::new(Semaphore::new(1)),
            reading: Mutex::default(),
            blocks: Arc::default(),
        }
    }

    /// An empty reservation for a reply that has not started to arrive.
    pub(super) fn reserved(self: &Arc<Self>) -> Reserved {
        Reserved {
            budget: Arc::clone(self),
            bytes: 0,
            alone: None,
        }
    }

    /// Whether a reply of this size needs no reservation.
    pub(super) fn is_free(&self, bytes: usize) -> bool {
        bytes <= self.free
    }

    /// Whether more is reserved than the budget allows.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.taken.load(SeqCst) > SHARED
    }

    /// Waits until a large reply may be parsed: no other is being parsed, and no result of an
    /// earlier one has to be stored first.
    pub(super) async fn lock_parse_buffer(&self) -> MutexGuard<'_, Vec<u8>> {
        let lock = self.reading.lock().await;
        loop {
            let fewer = self.fewer.notified();
            if !self.is_overdrawn() {
                return lock;
            }
            fewer.await;
        }
    }

    /// Reserves this number of bytes if they are available.
    fn try_take(&self, bytes: usize) -> bool {
        let more = |taken: usize| taken.checked_add(bytes).filter(|sum| *sum <= SHARED);
        self.taken.try_update(SeqCst, SeqCst, more).is_ok()
    }

    /// Reserves this number of bytes as soon as they are available.
    async fn take(&self, bytes: usize) {
        loop {
            let fewer = self.fewer.notified();
            if self.try_take(bytes) {
                return;
            }
            fewer.await;
        }
    }

    fn give_back(&self, bytes: usize) {
        if bytes > 0 {
            self.taken.fetch_sub(bytes, SeqCst);
            self.fewer.notify_waiters();
        }
    }
}

impl Reserved {
    /// Whether a reply can grow to this size without waiting.
    pub(super) fn try_grow(&mut self, size: usize) -> bool {
        let more = self.lacking(size);
        let has_room = more == 0 || self.budget.try_take(more);
        self.bytes += if has_room { more } else { 0 };
        has_room
    }

    /// Waits until a reply can grow to this size.
    pub(super) async fn grow(&mut self, size: usize) {
        let more = self.lacking(size);
        let alone = Arc::clone(&self.budget.alone);
        tokio::select! {
            biased;
            () = self.budget.take(more) => self.bytes += more,
            // Fails only if the semaphore is closed, which never happens.
            alone = alone.acquire_owned() => self.alone = alone.ok(),
        }
    }

    /// The bytes still to be reserved for a reply of this size.
    fn lacking(&self, size: usize) -> usize {
        if self.alone.is_some() || self.budget.is_free(size) {
            return 0;
        }
        size.next_multiple_of(STEP).saturating_sub(self.bytes)
    }

    /// Sets the reservation to the size of the parsed result, even if that exceeds the budget.
    pub(super) fn resize(&mut self, bytes: usize) {
        self.budget.taken.fetch_add(bytes, SeqCst);
        self.budget.give_back(self.bytes);
        self.bytes = bytes;
        self.alone = None;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, time::Duration};

    use futures::{FutureExt, future::join_all, poll};
    use tokio::time::sleep;

    use super::*;
    use crate::defender::client::body::LARGEST_REPLY;

    const MIB: usize = 1 << 20;

    fn budget() -> Arc<Budget> {
        Arc::new(Budget::new(8))
    }

    #[test]
    fn free_share_shrinks_with_the_concurrency() {
        for (calls, free) in [
            (0, 64 << 10),
            (1, 64 << 10),
            (64, 64 << 10),
            (256, 32 << 10),
            (512, 16 << 10),
            (1000, 16 << 10),
            (usize::MAX, 16 << 10),
        ] {
            let budget = Budget::new(calls);
            assert!(budget.is_free(free) && !budget.is_free(free + 1), "{calls}");
        }
    }

    #[test]
    fn small_replies_need_no_budget() {
        let budget = budget();
        let mut parts: Vec<_> = (0..10_000).map(|_| budget.reserved()).collect();
        assert!(
            parts
                .iter_mut()
                .all(|reserved| reserved.try_grow(MOST_FREE))
        );
        assert_eq!(budget.taken.load(SeqCst), 0);
    }

    #[test]
    fn large_replies_share_and_return_the_budget() {
        let budget = budget();
        let mut parts: Vec<_> = (0..9).map(|_| budget.reserved()).collect();
        let grown = parts
            .iter_mut()
            .filter_map(|reserved| reserved.try_grow(3 * MIB).then_some(()));
        assert_eq!(grown.count(), 8);
        assert!(!parts[0].try_grow(6 * MIB));
        assert!(parts[0].try_grow(3 * MIB), "what is reserved stays");
        drop(parts.swap_remove(1));
        assert!(parts[0].try_grow(6 * MIB));
        drop(parts);
        assert_eq!(budget.taken.load(SeqCst), 0);
    }

    #[tokio::test]
    async fn one_reply_proceeds_when_the_budget_is_spent() {
        let budget = budget();
        let mut all = budget.reserved();
        assert!(all.try_grow(SHARED));
        let [mut first, mut second, mut third] = [0; 3].map(|_| budget.reserved());
        first.grow(MIB).now_or_never().unwrap();
        assert!(first.try_grow(LARGEST_REPLY));
        let mut second = pin!(second.grow(MIB));
        let mut third = pin!(third.grow(MIB));
        assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
        drop(first);
        assert!(poll!(&mut second).is_ready() && poll!(&mut third).is_pending());
        drop(all);
        assert!(poll!(&mut third).is_ready());
    }

    #[tokio::test]
    async fn parsed_reply_counts_until_dropped() {
        let budget = budget();
        let mut large = budget.reserved();
        large.grow(LARGEST_REPLY).await;
        large.resize(2 * SHARED);
        assert!(budget.is_overdrawn());
        let mut reading = pin!(budget.lock_parse_buffer());
        assert!(poll!(&mut reading).is_pending());
        large.resize(MIB);
        assert!(poll!(&mut reading).is_ready());
        drop(large);
        assert_eq!(budget.taken.load(SeqCst), 0);
    }

    /// Each of a hundred replies completes, in any order.
    #[tokio::test(start_paused = true)]
    async fn growing_replies_do_not_deadlock() {
        let budget = budget();
        let reply = |number: u64| {
            let mut reserved = budget.reserved();
            async move {
                for size in 1..=40 {
                    if !reserved.try_grow(size * MIB) {
                        reserved.grow(size * MIB).await;
                    }
                    sleep(Duration::from_millis(number % 7)).await;
                }
            }
        };
        join_all((0..100).map(reply)).await;
        assert_eq!(budget.taken.load(SeqCst), 0);
    }
}
