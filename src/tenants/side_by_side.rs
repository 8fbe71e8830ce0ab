//! Works on several tenants concurrently: a few threads, each with one tenant at a time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use parking_lot::Mutex;
use tracing::{dispatcher, error_span};

/// Does the work for each tenant, at most `parallel` at a time, and returns the results in the order of the
/// tenants; `None` where the work panicked.
pub(crate) fn side_by_side<T: Sync, R: Send>(
    tenants: &[T],
    parallel: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = tenants.iter().map(|_| Mutex::new(None)).collect();
    let worker = || {
        while let Some((tenant, result)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            tenants.get(place).zip(results.get(place))
        } {
            // The panic's message has already been printed to standard error.
            let done = catch_unwind(AssertUnwindSafe(|| work(tenant)));
            *result.lock() = done.ok();
        }
    };
    let log = dispatcher::get_default(Clone::clone);
    thread::scope(|scope| {
        // Not on the calling thread: it may drive a runtime, inside which another one cannot run.
        for _ in 0..parallel.min(tenants.len()) {
            scope.spawn(|| dispatcher::with_default(&log, worker));
        }
    });
    results.into_iter().map(Mutex::into_inner).collect()
}

/// Does work for a tenant, whose name appears in all its log lines.
pub(crate) fn in_span<R>(name: &str, work: impl FnOnce() -> R) -> R {
    error_span!("tenant", %name).in_scope(work)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn results_are_in_order_and_a_panic_ends_only_its_own() {
        let work = |number: &u32| {
            assert_ne!(*number, 2, "this panic is part of the test");
            number * 10
        };
        for parallel in [1, 3, 9] {
            let results = side_by_side(&[0, 1, 2, 3], parallel, work);
            assert_eq!(results, [Some(0), Some(10), None, Some(30)]);
        }
        assert!(side_by_side(&[], 4, work).is_empty());
    }

    #[test]
    fn tenants_run_concurrently() {
        let together = Barrier::new(3);
        // The work returns only once three threads wait for each other.
        let results = side_by_side(&[(); 6], 3, |()| together.wait().is_leader());
        assert_eq!(results.iter().filter(|it| **it == Some(true)).count(), 2);
    }
}
