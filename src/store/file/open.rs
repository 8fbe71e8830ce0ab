//! Opens the store. A file that is damaged or not a store is left unchanged.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind},
    path::Path,
};

use rusqlite::Connection;
use tracing::warn;

use super::{
    connection::{connect, prepare, read},
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
    }
    create_file(path).map_err(Problem::Open)?;
    if let Some(system) = network::network_file_system(path) {
        warn!(
            "the store {} is on a network file system ({system}): SQLite cannot rely on its \
             locks; choose a local disk with --state FILE",
            path.display()
        );
    }
    let mut connection = connect(path)?;
    prepare(&mut connection, SCHEMA)?;
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

/// Creates the file, accessible only to its owner: SQLite gives its auxiliary files the same
/// permissions. On Windows the folder's permissions apply: a user's own state folder is private to
/// that user.
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
