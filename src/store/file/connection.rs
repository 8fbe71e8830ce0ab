//! A connection to the file, and the checks before it is used.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, config::DbConfig};

use super::{
    preflight,
    schema::{Schema, Version},
};
use crate::store::{
    error::Problem,
    tables::{answers, censuses, cross_checks, missing_kbs, software},
};

/// The size of the write-ahead log, in pages of 4 KiB, at which the writer itself checkpoints it.
const MAX_LOG_PAGES: i64 = 10_000;

/// The number of cached prepared statements: more than the program has.
const STATEMENT_CACHE: usize = 100;

/// The page cache in KiB: enough for the machines of most tenants and their last answers.
const PAGE_CACHE_KIB: i64 = 16 << 10;

/// How long another program may hold a lock on the file before it counts as locked.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The interval between attempts in cases where SQLite itself does not wait.
const RETRY_PERIOD: Duration = Duration::from_millis(5);

pub(crate) fn connect(path: &Path) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(LOCK_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // No statement is re-planned for other parameter values: that takes longer than most of them run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    moves_on_close(&connection, !preflight::has_log(path))?;
    // Foreign keys only document the schema: checking them costs more than everything else
    // together, and the single writer maintains them.
    connection.pragma_update(None, "foreign_keys", false)?;
    // A negative size is in KiB.
    connection.pragma_update(None, "cache_size", -PAGE_CACHE_KIB)?;
    Ok(connection)
}

/// Sets whether closing the connection checkpoints the log into the file. It must not do so before
/// the file is known to be an intact store.
pub(crate) fn moves_on_close(connection: &Connection, moves: bool) -> rusqlite::Result<()> {
    let config = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(config, !moves).map(drop)
}

/// Ensures that the file is intact, that the tables exist, and that they are writable. If several processes
/// start at the same time on a file that does not exist yet, one of them creates it and the others wait.
/// SQLite's own busy timeout does not cover every case: it gives up immediately on a deadlock between two
/// processes, and tries to switch the journal mode only once.
pub(crate) fn prepare(connection: &mut Connection, schema: Schema) -> Result<(), Problem> {
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        match try_to_prepare(connection, schema) {
            Err(Problem::Locked(_)) if Instant::now() < deadline => thread::sleep(RETRY_PERIOD),
            ended => return ended,
        }
    }
}

fn try_to_prepare(connection: &mut Connection, schema: Schema) -> Result<(), Problem> {
    // SQLite silently opens a file without write permission as read-only.
    if connection.is_readonly("main")? {
        return Err(Problem::ReadOnly);
    }
    read(connection, |connection| {
        match schema.version(connection)? {
            Version::Empty => Ok(()),
            Version::Older => verify_pages(connection),
            Version::Current => verify(connection),
        }
    })?;
    set_up(connection)?;
    // Another process may be doing the same at this moment.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    schema.migrate(&transaction)?;
    Ok(transaction.commit()?)
}

/// Prepares a connection to an intact store for writing.
pub(crate) fn set_up(connection: &Connection) -> Result<(), Problem> {
    moves_on_close(connection, true)?;
    // In WAL mode readers and the writer do not block each other.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A killed process loses nothing in this mode. Power cuts are covered by the syncer, which also
    // checkpoints the log. The writer checkpoints only when the log gets large, because it would have to wait
    // for the disk.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "wal_autocheckpoint", MAX_LOG_PAGES)?;
    Ok(())
}

/// Reads within a transaction, because another process may be creating the file.
pub(crate) fn read<T>(
    connection: &mut Connection,
    read: impl FnOnce(&Connection) -> Result<T, Problem>,
) -> Result<T, Problem> {
    // Never committed: it only reads.
    let moment = connection.transaction()?;
    read(&moment)
}

/// Checks that the whole file is intact, and that the data behind the figures is unchanged since it was
/// written. This happens before a night's calls rather than after them. Ninety nights of ten thousand
/// machines take half a second.
pub(crate) fn verify(connection: &Connection) -> Result<(), Problem> {
    verify_pages(connection)?;
    missing_kbs::verify(connection)?;
    censuses::verify(connection)?;
    cross_checks::verify(connection)?;
    software::verify(connection)?;
    Ok(answers::verify(connection)?)
}

/// Checks that all pages are present and that indexes and tables are consistent.
fn verify_pages(connection: &Connection) -> Result<(), Problem> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    match found.lines().last() {
        Some("ok") => Ok(()),
        problem => Err(Problem::damaged(problem.unwrap_or_default())),
    }
}
