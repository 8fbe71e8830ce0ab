//! Opening: a file that is not ours, or not whole, is left as it is.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, config::DbConfig};
use tracing::warn;

use super::schema::{SCHEMA, Schema, Version};
use crate::store::{
    Store,
    error::{Problem, StoreError},
    file::{network, preflight, untouched},
    tables::{answers, missing_kbs},
};

/// The log's length in pages of 4 KiB at which the writer itself moves it into the file.
const LARGEST_LOG: i64 = 10_000;

/// How long another program may hold the file before it counts as locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it is left alone where SQLite itself does not wait.
const A_MOMENT: Duration = Duration::from_millis(5);

/// What is wrong with a store that was never used.
pub(crate) const NO_RUN: &str = "holds no run yet";

impl Store {
    /// Opens the store, and makes it where there is none. Folder and file are their owner's
    /// alone.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |problem| StoreError::new(path, problem);
        if let Some(folder) = path.parent() {
            create_folder(folder).map_err(|error| failed(Problem::Folder(error)))?;
        }
        if preflight::check(path).map_err(failed)? {
            untouched::check_version(path).map_err(failed)?;
        }
        create_file(path).map_err(|error| failed(Problem::Open(error)))?;
        if let Some(system) = network::network_file_system(path) {
            warn!(
                "the store {} is on a network file system ({system}): SQLite cannot rely on its \
                 locks; choose a local disk with --state FILE",
                path.display()
            );
        }
        let mut connection = connect(path).map_err(failed)?;
        prepare(&mut connection, SCHEMA).map_err(failed)?;
        Ok(Self::new(connection, path))
    }

    /// Opens a store that has to be there already.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        let failed = |problem| StoreError::new(path, problem);
        if !preflight::check(path).map_err(failed)? {
            return Err(failed(Problem::Missing));
        }
        untouched::check_version(path).map_err(failed)?;
        let mut connection = connect(path).map_err(failed)?;
        match read(&mut connection, |it| SCHEMA.version(it)).map_err(failed)? {
            Version::Current => {}
            Version::Older => prepare(&mut connection, SCHEMA).map_err(failed)?,
            Version::Empty => return Err(failed(Problem::Empty(NO_RUN))),
        }
        Ok(Self::new(connection, path))
    }

    /// Reads the whole file, and says where it is not sound: ninety nights of ten thousand
    /// machines take half a second.
    pub fn verify(&self) -> Result<(), StoreError> {
        verify(&self.connection).map_err(|problem| StoreError::new(&self.path, problem))
    }

    pub(crate) fn new(connection: Connection, path: &Path) -> Self {
        Self {
            connection,
            path: path.to_owned(),
        }
    }
}

/// Makes the folder, its owner's alone.
fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Makes the file, its owner's alone: SQLite gives those beside it the same permissions. On
/// Windows the folder's apply: a user's own state folder is that user's.
fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

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
            Err(Problem::Locked(_)) if Instant::now() < deadline => thread::sleep(A_MOMENT),
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

/// Looks whether the file is sound, and whether what figures come from is as it was written.
/// That is found out here, and not when a night's answers are put together.
fn verify(connection: &Connection) -> Result<(), Problem> {
    verify_pages(connection)?;
    missing_kbs::verify(connection)?;
    Ok(answers::verify(connection)?)
}

/// Looks at every page: that each is there, that indexes and tables agree.
fn verify_pages(connection: &Connection) -> Result<(), Problem> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    match found.lines().last() {
        Some("ok") => Ok(()),
        problem => Err(Problem::damaged(problem.unwrap_or_default())),
    }
}
