//! The state shared by the runs of this process that write to one file.

use std::{path::Path, sync::OnceLock};

use parking_lot::{FairMutex, FairMutexGuard};
use rusqlite::Connection;

use super::syncer::Syncer;

/// The total page cache of all runs, in KiB, and the minimum for each.
const TOTAL_CACHE_KIB: usize = 64 << 10;
const MIN_CACHE_KIB: usize = 512;

/// The state shared by the runs of this process that write to one file.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    write_lock: FairMutex<()>,
    syncer: OnceLock<Syncer>,
    /// The number of concurrent runs.
    runs: usize,
}

impl Shared {
    /// For this number of concurrent runs.
    pub(crate) fn for_runs(runs: usize) -> Self {
        Self {
            runs,
            ..Self::default()
        }
    }

    /// Limits the page cache of a run's connection to its share.
    pub(crate) fn limit_cache(&self, connection: &Connection) -> rusqlite::Result<()> {
        limit_cache(connection, cache(self.runs))
    }

    /// Waits until no other run writes. SQLite's busy handler does not queue fairly: some runs would sleep
    /// although the file is free, and some would wait for too long.
    pub(crate) fn write_lock(&self) -> FairMutexGuard<'_, ()> {
        self.write_lock.lock()
    }

    /// Syncs what all runs have committed to the file at this path.
    pub(crate) fn syncer(&self, path: &Path) -> &Syncer {
        self.syncer.get_or_init(|| Syncer::start(path))
    }
}

/// The share of one of this number of runs, in KiB.
fn cache(runs: usize) -> usize {
    (TOTAL_CACHE_KIB / runs.max(1)).max(MIN_CACHE_KIB)
}

/// Limits a connection's page cache, in KiB.
pub(crate) fn limit_cache(connection: &Connection, kib: usize) -> rusqlite::Result<()> {
    let most = i64::try_from(kib).unwrap_or(i64::MAX).saturating_neg();
    // A negative size is in KiB.
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
    fn more_concurrent_runs_have_less_memory_each() {
        for (runs, expected) in [(1, -16_384), (4, -16_384), (16, -4096), (500, -512)] {
            let connection = Connection::open_in_memory().unwrap();
            connection
                .pragma_update(None, "cache_size", -16_384)
                .unwrap();
            let shared = Shared::for_runs(runs);
            shared.limit_cache(&connection).unwrap();
            let found = connection.pragma_query_value(None, "cache_size", |row| row.get(0));
            assert_eq!(found, Ok(expected), "{runs}");
        }
    }
}
