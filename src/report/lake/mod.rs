//! `--lake`: a folder to which every run adds its tables, so that years and tenants read as one table.
//!
//! - `table`: what a table has to offer
//! - `paths`: where its files are: `gaps/tenant=ID/date=2026-11-23/run-20261123T130542Z-1.parquet`
//! - `newest`: the file of a table that was added last, whose columns must fit
//! - `error`: what can be wrong with it
//!
//! Files are only ever added, whole or not at all: all tables are rendered into temporary files, whose names readers
//! skip, before the first one gets its name. A run that is resumed has the same start, and each file says which run it
//! is of: what is there already is not added again.

mod error;
mod newest;
mod paths;
mod table;
#[cfg(test)]
#[cfg(feature = "parquet")]
mod tests;

use std::{
    fs,
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

pub use self::{
    error::LakeError,
    table::{Difference, LakeTable},
};
use self::{newest::newest, paths::Folders};
use super::{
    Run,
    output::{Access, can_be_made, replace, sweep, temporary},
};

/// How many runs of a tenant may start in the same second.
const PARTS: u32 = 1000;

/// The tables of a lake.
pub type LakeTables = [Box<dyn LakeTable>];

/// A folder that was checked to be a lake of this version, or none yet.
#[derive(Debug, Clone)]
pub struct Lake {
    folder: PathBuf,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// These tables were added.
    Tables(Vec<&'static str>),
    /// All of them were there already.
    Before,
}

impl Lake {
    /// Checks that these tables can be added to a folder, and that their columns fit what is there. A missing folder
    /// is only created when there is something to add.
    pub fn prepare(folder: &Path, tables: &LakeTables) -> Result<Self, LakeError> {
        let unwritable = |source| LakeError::Unwritable {
            folder: folder.to_owned(),
            source,
        };
        if folder.is_dir() {
            prove_writable(folder).map_err(unwritable)?;
            sweep(folder);
            for table in tables {
                check_columns(folder, table.as_ref())?;
            }
        } else {
            can_be_made(folder).map_err(unwritable)?;
        }
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Adds the tables of a run that are not there yet.
    pub fn add(&self, tables: &LakeTables, run: &Run<'_>) -> Result<Added, LakeError> {
        let failed = |path: &Path, source| LakeError::Add {
            path: path.to_owned(),
            source,
        };
        let access = Access::of_folder(&self.folder).map_err(|it| failed(&self.folder, it))?;
        let folders = Folders::of(&self.folder, run.facts);
        let tables = tables.iter().filter(|it| it.is_written(run.extras()));
        let missing = tables.filter(|it| !is_there(&folders, it.as_ref(), run));
        let staged = missing.map(|table| {
            let staged = stage(&self.folder, table.as_ref(), run);
            let staged = staged.and_then(|file| access.file(file.as_file()).map(|()| file));
            let staged =
                staged.map_err(|source| failed(&folders.of_table(table.name()), source))?;
            Ok((table.name(), staged))
        });
        let staged: Vec<(&'static str, NamedTempFile)> = staged.collect::<Result<_, _>>()?;
        let mut added = Vec::new();
        for (table, file) in staged {
            let folder = folders.of_table(table);
            access.folder(&folder).map_err(|it| failed(&folder, it))?;
            place(file, &folders, table).map_err(|it| failed(&folder, it))?;
            added.push(table);
        }
        Ok(if added.is_empty() {
            Added::Before
        } else {
            Added::Tables(added)
        })
    }
}

/// Checks the columns of the file that was added last.
fn check_columns(lake: &Path, table: &dyn LakeTable) -> Result<(), LakeError> {
    let folder = lake.join(table.name());
    let unreadable = |path: &Path, source| LakeError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let Some(file) = newest(&folder).map_err(|it| unreadable(&folder, it))? else {
        return Ok(());
    };
    match table
        .difference(&file)
        .map_err(|it| unreadable(&file, it))?
    {
        None => Ok(()),
        Some(difference) => Err(LakeError::Columns { file, difference }),
    }
}

fn prove_writable(folder: &Path) -> io::Result<()> {
    temporary(folder)?.close()
}

/// Whether a table has this run.
fn is_there(folders: &Folders, table: &dyn LakeTable, run: &Run<'_>) -> bool {
    let mut files = (1..PARTS).map(|part| folders.file(table.name(), part));
    let mut files = files.by_ref().take_while(|file| file.exists());
    files.any(|file| table.is_of(&file, run))
}

/// Renders a table completely to the disk, in the folder of the lake, where the next run would remove it if this one
/// were killed.
fn stage(lake: &Path, table: &dyn LakeTable, run: &Run<'_>) -> io::Result<NamedTempFile> {
    let mut out = BufWriter::new(temporary(lake)?);
    table.render(run, &mut out)?;
    out.flush()?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a file the first name that is free.
fn place(mut file: NamedTempFile, folders: &Folders, table: &str) -> io::Result<()> {
    for part in 1..PARTS {
        let path = folders.file(table, part);
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(()),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => file = failed.file,
            // Some file systems of networks cannot do that in one step.
            Err(failed) if fs::symlink_metadata(&path).is_err() => {
                return Ok(replace(failed.file, &path)?);
            }
            Err(failed) => file = failed.file,
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
