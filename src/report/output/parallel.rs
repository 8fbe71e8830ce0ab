//! Runs several tasks in parallel, on the available cores.

use std::{num::NonZero, thread};

use parking_lot::Mutex;

/// The maximum number of reports rendered in parallel: each needs memory.
const MAX_PARALLEL: usize = 4;

/// The number of reports rendered in parallel on this machine.
fn parallelism() -> usize {
    thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(MAX_PARALLEL)
}

/// The number of machines per reader of the store: starting another one for fewer takes longer.
const MIN_MACHINES: usize = 2000;

/// The number of readers of the store for the reports of this number of machines.
pub fn readers(machines: usize) -> usize {
    if machines < MIN_MACHINES {
        1
    } else {
        parallelism()
    }
}

/// Runs the task for every item in parallel. Tasks start in the order of the items, and the
/// results are returned in that order.
pub(super) fn in_parallel<T: Sync, Done: Send>(
    items: &[T],
    task: impl Fn(&T) -> Done + Sync,
) -> Vec<Done> {
    let (queue, done) = (Mutex::new(items.iter().enumerate()), Mutex::new(Vec::new()));
    let next = || queue.lock().next();
    let worker = || {
        while let Some((index, item)) = next() {
            let result = task(item);
            done.lock().push((index, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..parallelism().min(items.len()) {
            scope.spawn(worker);
        }
        worker();
    });
    let mut done = done.into_inner();
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn results_keep_the_order_of_inputs() {
        for count in [0, 1, 2, 100] {
            let numbers: Vec<usize> = (0..count).collect();
            let doubled = in_parallel(&numbers, |number| number * 2);
            assert_eq!(doubled, numbers.iter().map(|it| it * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_job_per_core_runs_at_once() {
        let meet = Barrier::new(parallelism());
        let all = vec![(); parallelism()];
        // A single job would not pass the barrier.
        assert_eq!(in_parallel(&all, |()| meet.wait()).len(), parallelism());
    }
}
