//! `--lake`: a place to which every run adds its tables, so that years and tenants read as one table.
//!
//! - `files`: the operations of a place; `folder`: a place on a disk. Object stores are in
//!   `crate::places`
//! - `table`: the interface of a table
//! - `paths`: where its files are: `gaps/tenant=ID/date=2026-11-23/run-20261123T130542Z-1.parquet`
//! - `newest`: the file of a table that was added last, whose columns must fit
//! - `error`: its errors
//!
//! ```text
//! prepare: columns of the newest files ─► ... the run ... ─► missing tables ─► stage: rendered ─► add
//! ```
//!
//! Files are only ever added, whole or not at all: all tables are rendered into temporary files,
//! whose names readers skip, before the first one gets its name. A resumed run has the same start,
//! and each file names its run, so that existing tables are not added again.

mod error;
mod files;
mod folder;
mod newest;
mod paths;
mod table;
#[cfg(test)]
#[cfg(feature = "parquet")]
mod tests;

use std::io::{self, BufWriter, ErrorKind, Write};

use tempfile::NamedTempFile;

pub use self::{
    error::LakeError,
    files::{BadEnd, FileEnd, LakeFiles, Trouble},
    folder::LakeFolder,
    table::{Difference, LakeTable},
};
use self::{newest::newest, paths::Folders};
use super::{Extras, Facts, Run};

/// The maximum number of a tenant's runs that start in the same second.
const MAX_PARTS: u32 = 1000;

/// How many bytes at the end of a file, where its metadata is, are read at first, and at most.
const END_BYTES: u64 = 64 << 10;
const MAX_END_BYTES: u64 = 64 << 20;

/// A place that was checked to be a lake of this version, or still empty.
pub struct Lake {
    files: Box<dyn LakeFiles>,
    tables: Vec<LakeTable>,
}

/// A rendered table of a run, not added yet.
pub struct Staged {
    table: LakeTable,
    file: NamedTempFile,
}

impl Lake {
    /// Checks that tables can be added to a place, and that their columns match the newest existing
    /// files: this tenant's, if it has any. A missing folder is only created when there is something to
    /// add.
    pub async fn prepare(
        files: Box<dyn LakeFiles>,
        tenant: Option<&str>,
    ) -> Result<Self, LakeError> {
        #[cfg(feature = "parquet")]
        let tables = super::parquet::lake_tables();
        #[cfg(not(feature = "parquet"))]
        let tables = Vec::new();
        let lake = Self { files, tables };
        let prepared = lake.files.prepare().await;
        prepared.map_err(|source| LakeError::Unwritable {
            lake: lake.files.name(),
            source,
        })?;
        let tenant = tenant.map(paths::tenant_folder);
        for table in &lake.tables {
            lake.check_columns(table, tenant.as_deref()).await?;
        }
        Ok(lake)
    }

    /// Checks write access with a temporary file. Returns the error if the file could not be
    /// removed.
    pub async fn try_out(&self) -> Result<Option<Trouble>, LakeError> {
        let tried = self.files.try_out().await;
        tried.map_err(|source| LakeError::Unwritable {
            lake: self.files.name(),
            source,
        })
    }

    /// The tables of the run with these facts and extras that are not in the lake yet.
    pub async fn missing(
        &self,
        facts: &Facts,
        extras: Extras,
    ) -> Result<Vec<LakeTable>, LakeError> {
        let folders = Folders::of(facts);
        let mut missing = Vec::new();
        for table in self.tables.iter().filter(|it| (it.is_written)(extras)) {
            let is_there = self.is_there(&folders, table, facts).await;
            let folder = folders.of_table(table.name);
            if !is_there.map_err(|it| self.unreadable(&folder, it))? {
                missing.push(*table);
            }
        }
        Ok(missing)
    }

    /// Renders tables of a run completely to the disk.
    pub fn stage(&self, tables: &[LakeTable], run: &Run<'_>) -> Result<Vec<Staged>, LakeError> {
        let folders = Folders::of(run.facts);
        let staged = tables.iter().map(|&table| match self.render(table, run) {
            Ok(file) => Ok(Staged { table, file }),
            Err(problem) => Err(self.not_added(&folders.of_table(table.name), problem.into())),
        });
        staged.collect()
    }

    /// Adds the tables of the run with these facts. Returns their names.
    pub async fn add(
        &self,
        staged: Vec<Staged>,
        facts: &Facts,
    ) -> Result<Vec<&'static str>, LakeError> {
        let folders = Folders::of(facts);
        let mut added = Vec::new();
        for staged in staged {
            let name = staged.table.name;
            let placed = self.place(staged, &folders, facts).await;
            placed.map_err(|it| self.not_added(&folders.of_table(name), it))?;
            added.push(name);
        }
        Ok(added)
    }

    /// Checks the columns of the file that was added last.
    async fn check_columns(
        &self,
        table: &LakeTable,
        tenant: Option<&str>,
    ) -> Result<(), LakeError> {
        let name = table.name;
        let newest = newest(self.files.as_ref(), name, tenant).await;
        let Some(file) = newest.map_err(|it| self.unreadable(name, it))? else {
            return Ok(());
        };
        let difference = self.read_end(&file, |end| (table.difference)(end)).await;
        let difference = difference.and_then(|read| Ok(read?));
        match difference.map_err(|it| self.unreadable(&file, it))? {
            None => Ok(()),
            Some(difference) => Err(LakeError::Columns {
                file: self.files.shown(&file),
                difference,
            }),
        }
    }

    /// Whether a table has this run.
    async fn is_there(
        &self,
        folders: &Folders,
        table: &LakeTable,
        facts: &Facts,
    ) -> Result<bool, Trouble> {
        let names = self.files.names(&folders.of_table(table.name)).await?;
        let parts = (1..MAX_PARTS).take_while(|part| names.contains(&folders.name(*part)));
        for part in parts {
            let path = folders.file(table.name, part);
            if self.is_of(&path, table, facts).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a file is of this run. A damaged one is not.
    async fn is_of(&self, path: &str, table: &LakeTable, facts: &Facts) -> Result<bool, Trouble> {
        let read = self.read_end(path, |end| (table.is_of)(end, facts)).await?;
        Ok(read.unwrap_or(false))
    }

    /// Reads metadata from the end of a file.
    async fn read_end<T>(
        &self,
        path: &str,
        read: impl Fn(&FileEnd) -> Result<T, BadEnd>,
    ) -> Result<io::Result<T>, Trouble> {
        let mut length = END_BYTES;
        loop {
            let end = self.files.end(path, length).await?;
            match read(&end) {
                Ok(read) => return Ok(Ok(read)),
                Err(BadEnd::Short(needed)) if needed > length && needed <= MAX_END_BYTES => {
                    length = needed;
                }
                Err(BadEnd::Short(_)) => return Ok(Err(ErrorKind::FileTooLarge.into())),
                Err(BadEnd::Damaged(problem)) => return Ok(Err(problem)),
            }
        }
    }

    fn render(&self, table: LakeTable, run: &Run<'_>) -> io::Result<NamedTempFile> {
        let mut out = BufWriter::new(self.files.stage()?);
        (table.render)(run, &mut out)?;
        out.flush()?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    /// Adds a file under the first free name.
    async fn place(&self, staged: Staged, folders: &Folders, facts: &Facts) -> Result<(), Trouble> {
        let Staged { table, mut file } = staged;
        for part in 1..MAX_PARTS {
            let path = folders.file(table.name, part);
            let Some(back) = self.files.add(file, &path).await? else {
                return Ok(());
            };
            // An attempt whose reply was lost may have added it.
            if self.is_of(&path, &table, facts).await? {
                return Ok(());
            }
            file = back;
        }
        Err(io::Error::from(ErrorKind::AlreadyExists).into())
    }

    fn unreadable(&self, path: &str, source: Trouble) -> LakeError {
        LakeError::Unreadable {
            path: self.files.shown(path),
            source,
        }
    }

    fn not_added(&self, path: &str, source: Trouble) -> LakeError {
        LakeError::Add {
            path: self.files.shown(path),
            source,
        }
    }
}
