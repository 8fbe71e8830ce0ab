//! The other threads that collect, each with a worker and connections of its own.

use std::{
    num::NonZero,
    panic::resume_unwind,
    thread::{self, JoinHandle, available_parallelism},
};

use tokio::runtime::Builder;

use crate::{
    collect::{
        Requests,
        per_machine::{Fetcher, Worker},
    },
    defender::{Session, SessionError},
    domain::outcome::Outcome,
    run::RunError,
    store::Recorder,
};

/// Threads that collect at once, at most: beyond that, what the answers are written to is as busy as
/// it can be.
const MOST: usize = 4;
/// Calls in flight that are worth a thread.
const FEWEST_CALLS: usize = 4;
/// Machines that are worth more than one.
const FEWEST_MACHINES: u64 = 1000;

/// Threads that collect beside this one.
#[derive(Debug)]
pub(super) struct Workers(Vec<JoinHandle<()>>);

impl Workers {
    /// Starts other threads, too, where that makes a difference for so many calls in flight. Under a
    /// quota, one has more time than it needs.
    pub(super) fn start(
        calls: usize,
        fetcher: &Fetcher<Session>,
        recorder: &Recorder,
    ) -> Result<Self, RunError> {
        let threads = if fetcher.is_held_up() || fetcher.to_ask() < FEWEST_MACHINES {
            1
        } else {
            threads(calls, available_parallelism().map_or(1, NonZero::get))
        };
        let workers = (1..threads).map(|_| {
            let session = fetcher.api().over_other_connections();
            let session = session.map_err(SessionError::from)?;
            Ok(start(
                fetcher.another_worker(session, calls / threads),
                recorder.keeper(),
            ))
        });
        let started: Result<Vec<_>, RunError> = workers.collect();
        // One that cannot be started leaves its share to the others.
        Ok(Self(started?.into_iter().flatten().collect()))
    }

    /// Waits for their end; their panics are this thread's.
    pub(super) fn join(self) {
        for worker in self.0 {
            if let Err(panic) = worker.join() {
                resume_unwind(panic);
            }
        }
    }
}

/// Threads to collect on, with so many calls in flight and so many cores.
fn threads(calls: usize, cores: usize) -> usize {
    cores.min(calls / FEWEST_CALLS).clamp(1, MOST)
}

fn start(
    worker: Worker<Session>,
    keep: impl Fn(Outcome, Requests) + Send + 'static,
) -> Option<JoinHandle<()>> {
    let thread = thread::Builder::new().name("collect".to_owned());
    let started = thread.spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
            return;
        };
        runtime.block_on(worker.run(|outcome| keep(outcome, worker.requests())));
    });
    started.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_worth_a_core_and_some_calls() {
        for (calls, cores, expected) in [
            (1, 8, 1),
            (8, 1, 1),
            (8, 2, 2),
            (8, 8, 2),
            (32, 2, 2),
            (32, 3, 3),
            (100, 64, 4),
        ] {
            assert_eq!(threads(calls, cores), expected, "{calls} {cores}");
        }
    }
}
