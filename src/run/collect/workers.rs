//! Additional threads for collecting, each with its own worker and connections.

use std::{
    num::NonZero,
    panic::resume_unwind,
    thread::{self, JoinHandle, available_parallelism},
};

use tokio::runtime::Builder;
use tracing::Span;

use super::listener::Listener;

use crate::{
    collect::per_machine::{Fetcher, Worker},
    defender::{Session, SessionError},
    domain::{outcome::Outcome, requests::Requests},
    run::RunError,
    store::Recorder,
};

/// The maximum number of collecting threads: beyond that, writing the answers is the bottleneck.
const MAX_THREADS: usize = 4;
/// The minimum number of calls in flight per thread.
const MIN_CALLS_PER_THREAD: usize = 4;
/// The minimum number of machines for more than one thread.
const MIN_MACHINES: u64 = 1000;

/// The collecting threads besides the current one.
#[derive(Debug)]
pub(super) struct Workers(Vec<JoinHandle<()>>);

impl Workers {
    /// Starts additional threads if they make a difference for `calls` calls in flight. Under a
    /// quota, a single thread is idle most of the time.
    pub(super) fn start(
        calls: usize,
        fetcher: &Fetcher<Session>,
        recorder: &Recorder,
        listener: &Listener,
    ) -> Result<Self, RunError> {
        let threads = if fetcher.is_rate_limited() || fetcher.machines_to_request() < MIN_MACHINES {
            1
        } else {
            threads(calls, available_parallelism().map_or(1, NonZero::get))
        };
        let sessions = (1..threads).map(|_| fetcher.api().over_other_connections());
        // Before any thread is started: a failure must not leave one behind.
        let sessions: Vec<Session> = sessions
            .collect::<Result<_, _>>()
            .map_err(SessionError::from)?;
        let workers = sessions.into_iter().filter_map(|session| {
            let (listener, record) = (listener.clone(), recorder.recording());
            let keep = move |outcome: Outcome, requests| {
                listener.record(&outcome);
                record(outcome, requests);
            };
            // If a thread cannot be started, the others do its share.
            start(fetcher.another_worker(session, calls / threads), keep)
        });
        Ok(Self(workers.collect()))
    }

    /// Waits until all threads have ended, and propagates their panics.
    pub(super) fn join(self) {
        for worker in self.0 {
            if let Err(panic) = worker.join() {
                resume_unwind(panic);
            }
        }
    }
}

/// The number of threads for `calls` calls in flight on `cores` cores.
fn threads(calls: usize, cores: usize) -> usize {
    cores
        .min(calls / MIN_CALLS_PER_THREAD)
        .clamp(1, MAX_THREADS)
}

fn start(
    worker: Worker<Session>,
    keep: impl Fn(Outcome, Requests) + Send + 'static,
) -> Option<JoinHandle<()>> {
    let thread = thread::Builder::new().name("collect".to_owned());
    let span = Span::current();
    let started = thread.spawn(move || {
        let _span = span.entered();
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
    fn thread_count_follows_cores_and_calls() {
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
