//! A connection to the file, and what is demanded of it before it is used.

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
    tables::{answers, missing_kbs},
};

/// The log's length in pages of 4 KiB at which the writer itself moves it into the file.
const LARGEST_LOG: i64 = 10_000;

/// How long another program may hold the file before it counts as locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time between two tries where SQLite itself does not wait.
const RETRY_PERIOD: Duration = Duration::from_millis(5);

pub(crate) fn connect(path: &Path) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    moves_on_close(&connection, !preflight::has_log(path))?;
    // References are documentation: to check each costs more than all else, and one writer
    // keeps them.
    connection.pragma_update(None, "foreign_keys", false)?;
    Ok(connection)
}

/// Whether closing moves what stands in the log beside the file into the file. It must not
/// before it is known that the file is ours, and sound.
pub(crate) fn moves_on_close(connection: &Connection, moves: bool) -> rusqlite::Result<()> {
    let config = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(config, !moves).map(drop)
}

/// Makes sure that the file is sound, that the tables are there, and that they can be written
/// to. Where several processes start at once on a file that is not there yet, one makes it and the
/// others wait. SQLite alone does not wait everywhere: it gives up at once where two processes would
/// wait for each other, and it tries to switch the kind of journal only once.
pub(crate) fn prepare(connection: &mut Connection, schema: Schema) -> Result<(), Problem> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match try_to_prepare(connection, schema) {
            Err(Problem::Locked(_)) if Instant::now() < deadline => thread::sleep(RETRY_PERIOD),
            ended => return ended,
        }
    }
}

fn try_to_prepare(connection: &mut Connection, schema: Schema) -> Result<(), Problem> {
    // SQLite opens a file that it may not write to for reading, and says nothing.
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
    moves_on_close(connection, true)?;
    // Readers do not wait for the writer, nor the writer for them.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A killed process loses nothing; for the power cut there is the syncer, which also moves
    // what was committed from the log into the file. The writer does so only when the log
    // gets large, because it would have to wait for the disk.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "wal_autocheckpoint", LARGEST_LOG)?;
    // Another process may be doing the same.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    schema.migrate(&transaction)?;
    Ok(transaction.commit()?)
}

/// Reads the file as it is at one moment: another process may be making it.
pub(crate) fn read<T>(
    connection: &mut Connection,
    read: impl FnOnce(&Connection) -> Result<T, Problem>,
) -> Result<T, Problem> {
    // Never committed: there is nothing to commit.
    let moment = connection.transaction()?;
    read(&moment)
}

/// Checks that the whole file is sound, and that what figures come from is as it was written: before the
/// calls of a night, not after them. Ninety nights of ten thousand machines take half a second.
pub(crate) fn verify(connection: &Connection) -> Result<(), Problem> {
    verify_pages(connection)?;
    missing_kbs::verify(connection)?;
    Ok(answers::verify(connection)?)
}

/// Checks that every page is there, and that indexes and tables agree.
fn verify_pages(connection: &Connection) -> Result<(), Problem> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    match found.lines().last() {
        Some("ok") => Ok(()),
        problem => Err(Problem::damaged(problem.unwrap_or_default())),
    }
}
