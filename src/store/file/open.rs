//! Opens the store. A file that is damaged or not a store is left unchanged.

use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
};

use rusqlite::Connection;
use tempfile::{NamedTempFile, TempPath};
use tracing::warn;

use super::{
    connection::{connect, prepare, read, set_up},
    network, preflight,
    schema::{SCHEMA, Version},
    untouched,
};
use crate::store::error::{NO_RUN, Problem};

/// Opens the store, or creates it if it does not exist. Only the owner has access to the folder and
/// the file.
pub(crate) fn open_or_create(path: &Path) -> Result<Connection, Problem> {
    if let Some(folder) = path.parent() {
        create_folder(folder).map_err(Problem::Folder)?;
    }
    if preflight::check(path)? {
        untouched::check_version(path)?;
    } else {
        create(path)?;
    }
    if let Some(system) = network::network_file_system(path) {
        warn!(
            "the store {} is on a network file system ({system}), whose locks SQLite cannot rely \
             on; choose a local disk with --state FILE",
            path.display()
        );
    }
    let mut connection = connect(path)?;
    prepare(&mut connection, SCHEMA)?;
    Ok(connection)
}

/// Opens a store that this process has opened before. If the file is gone, it is created again.
pub(crate) fn open_verified(path: &Path) -> Result<Connection, Problem> {
    if !preflight::check(path)? {
        return open_or_create(path);
    }
    let mut connection = connect(path)?;
    match read(&mut connection, |it| SCHEMA.version(it))? {
        Version::Current => {}
        Version::Older | Version::Empty => prepare(&mut connection, SCHEMA)?,
    }
    set_up(&connection)?;
    Ok(connection)
}

/// Opens a store that must already exist.
pub(crate) fn open_existing(path: &Path) -> Result<Connection, Problem> {
    if !preflight::check(path)? {
        return Err(Problem::Missing);
    }
    untouched::check_version(path)?;
    let mut connection = connect(path)?;
    match read(&mut connection, |it| SCHEMA.version(it))? {
        Version::Current => {}
        Version::Older => prepare(&mut connection, SCHEMA)?,
        Version::Empty => return Err(Problem::Empty(NO_RUN)),
    }
    Ok(connection)
}

/// Creates the folder, accessible only to its owner.
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

/// Creates the store under a temporary name, and renames it when it is complete: another process that opens
/// it at the same moment sees either no store or all of it. Letting several processes create the tables in
/// one file would rely on SQLite's locks while its journal is created and deleted, which failed on Windows
/// occasionally.
///
/// The file is accessible only to its owner, and SQLite gives its auxiliary files the same
/// permissions. On Windows the folder's permissions apply: a user's own state folder is private to
/// that user.
fn create(path: &Path) -> Result<(), Problem> {
    let new = temporary_file(path).map_err(Problem::Open)?;
    let mut connection = connect(&new)?;
    prepare(&mut connection, SCHEMA)?;
    connection.close().map_err(|(_, error)| error)?;
    match new.persist_noclobber(path) {
        // Another process was faster.
        Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        placed => placed.map_err(|failed| Problem::Open(failed.error)),
    }
}

/// An empty file next to the store, deleted if it is dropped. Its errors name the store, because the
/// temporary name would mean nothing to the user.
fn temporary_file(store: &Path) -> io::Result<TempPath> {
    let mut prefix = store.file_name().unwrap_or_default().to_owned();
    prefix.push(".new-");
    let folder = store.parent().filter(|it| !it.as_os_str().is_empty());
    tempfile::Builder::new()
        .prefix(&prefix)
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map(NamedTempFile::into_temp_path)
        .map_err(|error| error.kind().into())
}
