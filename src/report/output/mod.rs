//! The output folder. All report files are written here.
//!
//! Every report is first staged in a temporary file in the same folder. Only when all of them are
//! complete on the disk are they renamed, each atomically. If the disk is full or a report
//! fails, the earlier reports stay unchanged, and no file is ever half-written.
//!
//! The run's own files, and files in the folder that patchgap did not write, are never replaced.
//! [`Claim`] checks that before the first request. `.patchgap-files` lists the files that patchgap
//! wrote.
//!
//! ```text
//! reports ─► background ─► complete temporary files ─► owned (.patchgap-files) ─► placing
//! ```
//!
//! - `claim`: what must not be replaced; `conflict`: how that is said; `error`: why files are not written; `same_file`: whether two paths are one file
//! - `parallel`: several reports at once, each written by a thread in the `background`
//! - `owned`: which files are ours, by their `names` and the `digest` of their content
//! - `placing`: complete files get their paths; `temporary`: the files before that
//! - `parts`: the subfolders of `--split-by`
//! - `probe`: whether a folder can be created; `access`, `public`: who may read a file

mod access;
mod background;
mod claim;
mod conflict;
mod digest;
mod error;
mod names;
mod owned;
mod parallel;
mod parts;
mod placing;
mod probe;
mod public;
mod same_file;
mod temporary;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

pub(crate) use self::{
    access::Access,
    digest::{Digest, Hashing},
    names::is_plain,
    probe::can_be_made,
    public::{open_to_all, write_public},
    temporary::{replace, sweep, temporary},
};
use self::{
    background::{Background, Staged, Writing},
    conflict::NAME,
    names::is_in_targets,
    owned::Owned,
    parallel::in_parallel,
    placing::{note, place_all, remove_all},
};
pub use self::{
    claim::{Claim, Input, check_output},
    conflict::Conflict,
    error::OutputError,
    parallel::readers,
    parts::{folder_names, is_folder_name},
    same_file::{comparable, resolved},
};
use super::{Report, Run, csv::TARGETS};

/// A folder that was checked to be writable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFolder {
    path: PathBuf,
}

impl OutputFolder {
    /// Checks that these reports can be written to the folder. Call this before the first request,
    /// because collecting takes hours. A missing folder is created only when there is something to
    /// write, so that a run without results leaves none.
    pub fn prepare(path: &Path, reports: &[Box<dyn Report>]) -> Result<Self, OutputError> {
        let prepared = Self {
            path: path.to_owned(),
        };
        if !path.is_dir() {
            let folder = path.to_owned();
            can_be_made(path).map_err(|source| OutputError::Create { folder, source })?;
            return Ok(prepared);
        }
        prove_writable(path)?;
        prepared.prove_free(reports)?;
        sweep(path);
        Ok(prepared)
    }

    /// Writes these reports, each over the earlier one of the same name, and these files of
    /// targets. Reports about extras that the run does not have are removed, and all other files of
    /// targets. Other files are never touched. Because collecting took hours, the folder is created
    /// again if it has disappeared, and a report that cannot be moved to its path is kept next to
    /// it.
    pub fn write_all(
        &self,
        reports: &[Box<dyn Report>],
        targets: &[Box<dyn Report>],
        run: &Run<'_>,
    ) -> Result<(), OutputError> {
        create(&self.path)?;
        let is_written = |it: &&dyn Report| it.is_written(run.extras());
        let reports = reports.iter().map(AsRef::as_ref);
        let (reports, stale): (Vec<_>, Vec<_>) = reports.partition(is_written);
        let targets = targets.iter().map(AsRef::as_ref);
        let written: Vec<&dyn Report> = targets.chain(reports).collect();
        let staged = self.stage_all(&written, run)?;
        let names: Vec<&str> = written.iter().map(|it| it.file_name()).collect();
        let stale = stale.into_iter().map(|it| it.file_name().to_owned());
        let stale = stale.chain(Owned::of(&self.path)?.targets_except(&names));
        let subfolder = self.path.join(TARGETS);
        if names.iter().any(|name| is_in_targets(name)) {
            create(&subfolder)?;
        }
        let placed = place_all(&self.path, staged, &stale.collect::<Vec<_>>());
        // It stays unless it is empty.
        let _ = fs::remove_dir(&subfolder);
        placed
    }

    /// A subfolder with the reports of some machines alone. It is recorded in `.patchgap-files`
    /// before anything is written to it.
    pub fn part(&self, name: &str) -> Result<Self, OutputError> {
        let mut owned = Owned::of(&self.path)?;
        if owned.add_folder(name) {
            note(&owned, &self.path)?;
        }
        Ok(Self {
            path: self.path.join(name),
        })
    }

    /// Removes patchgap's files from all other subfolders that an earlier run wrote.
    pub fn remove_parts_except(&self, written: &[String]) -> Result<(), OutputError> {
        let mut owned = Owned::of(&self.path)?;
        let stale = owned.folders_except(written);
        for name in &stale {
            remove_all(&self.path.join(name))?;
            owned.forget_folder(name);
        }
        if stale.is_empty() {
            return Ok(());
        }
        note(&owned, &self.path)
    }

    /// Writes all of these completely to the disk. If several fail, returns the first error.
    fn stage_all(
        &self,
        reports: &[&dyn Report],
        run: &Run<'_>,
    ) -> Result<Vec<Staged>, OutputError> {
        let writing = in_parallel(reports, |report| self.stage(*report, run));
        let staged = writing.into_iter().zip(reports).map(|(writing, report)| {
            let failed = |source| OutputError::stage(&self.path, report.file_name(), source);
            writing.and_then(Writing::staged).map_err(failed)
        });
        // Wait for all of them: a file that is still being written can be removed only afterwards.
        let staged: Vec<Result<Staged, OutputError>> = staged.collect();
        staged.into_iter().collect()
    }

    /// Checks that files of targets can be written.
    pub fn prepare_targets(&self) -> Result<(), OutputError> {
        let subfolder = self.path.join(TARGETS);
        if subfolder.is_dir() {
            prove_writable(&subfolder)?;
        }
        Ok(())
    }

    fn prove_free(&self, reports: &[Box<dyn Report>]) -> Result<(), OutputError> {
        let mut paths = reports
            .iter()
            .map(|report| self.path.join(report.file_name()));
        match paths.find(|path| path.is_dir()) {
            Some(path) => Err(OutputError::Taken { path }),
            None => Ok(()),
        }
    }

    /// Renders a report. While it is being written to the disk, the next one can be rendered.
    fn stage(&self, report: &dyn Report, run: &Run<'_>) -> io::Result<Writing> {
        let mut file = Background::new(&self.path, report.file_name())?;
        let rendered = report.render(run, &mut file);
        file.finish(rendered)
    }
}

fn prove_writable(folder: &Path) -> Result<(), OutputError> {
    let probe = || {
        let mut file = temporary(folder)?;
        file.write_all(b"patchgap")?;
        file.close()
    };
    probe().map_err(|source| OutputError::Unwritable {
        folder: folder.to_owned(),
        source,
    })
}

fn create(folder: &Path) -> Result<(), OutputError> {
    let created = fs::create_dir_all(folder);
    created.map_err(|source| OutputError::Create {
        folder: folder.to_owned(),
        source,
    })
}

/// Whether the folder has files that patchgap wrote.
pub fn has_own_files(folder: &Path) -> bool {
    folder.join(NAME).is_file()
}

/// Writes these files with the same guarantees as reports, each over the earlier one of the same
/// name.
pub fn write_files(folder: &Path, files: &[(&str, &str)]) -> Result<(), OutputError> {
    create(folder)?;
    sweep(folder);
    let stage = |name: &str, content: &str| -> io::Result<Staged> {
        let mut file = Background::new(folder, name)?;
        let written = file.write_all(content.as_bytes());
        file.finish(written)?.staged()
    };
    let staged = files.iter().map(|(name, content)| {
        stage(name, content).map_err(|source| OutputError::stage(folder, name, source))
    });
    place_all(folder, staged.collect::<Result<_, _>>()?, &[])
}
