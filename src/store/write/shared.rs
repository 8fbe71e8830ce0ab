//! What the runs of this process share that write to one file.

use std::{path::Path, sync::OnceLock};

use parking_lot::{FairMutex, FairMutexGuard};
use rusqlite::Connection;

use super::syncer::Syncer;

/// The memory for pages of the file that all runs have together, in KiB, and the least that each has.
const CACHES: usize = 64 << 10;
const SMALLEST_CACHE: usize = 512;

/// What the runs of this process share that write to one file.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    turn: FairMutex<()>,
    syncer: OnceLock<Syncer>,
    /// How many there are at once.
    runs: usize,
}

impl Shared {
    /// For so many runs at once.
    pub(crate) fn between(runs: usize) -> Self {
        Self {
            runs,
            ..Self::default()
        }
    }

    /// Leaves the connection of one of the runs no more than its share of the memory.
    pub(crate) fn limit_cache(&self, connection: &Connection) -> rusqlite::Result<()> {
        limit_cache(connection, cache(self.runs))
    }

    /// Waits until no other run writes. Waiting for each other by SQLite's own means is a matter of luck:
    /// some would sleep although the file is free, and some would wait for too long.
    pub(crate) fn turn(&self) -> FairMutexGuard<'_, ()> {
        self.turn.lock()
    }

    /// Syncs what all of them have committed to the file at this path.
    pub(crate) fn syncer(&self, path: &Path) -> &Syncer {
        self.syncer.get_or_init(|| Syncer::start(path))
    }
}

/// The share of one of so many runs, in KiB.
fn cache(runs: usize) -> usize {
    (CACHES / runs.max(1)).max(SMALLEST_CACHE)
}

/// Leaves a connection no more than so much memory for pages, in KiB.
pub(crate) fn limit_cache(connection: &Connection, kib: usize) -> rusqlite::Result<()> {
    let most = i64::try_from(kib).unwrap_or(i64::MAX).saturating_neg();
    // A negative size is one in KiB.
    let usual: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
    if usual < most {
        connection.pragma_update(None, "cache_size", most)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_runs_at_once_have_less_memory_each() {
        for (runs, expected) in [(1, -16_384), (4, -16_384), (16, -4096), (500, -512)] {
            let connection = Connection::open_in_memory().unwrap();
            connection
                .pragma_update(None, "cache_size", -16_384)
                .unwrap();
            let shared = Shared::between(runs);
            shared.limit_cache(&connection).unwrap();
            let found = connection.pragma_query_value(None, "cache_size", |row| row.get(0));
            assert_eq!(found, Ok(expected), "{runs}");
        }
    }
}
