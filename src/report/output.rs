//! The output folder: the one place that writes files.
//!
//! Every report is staged beside its place first, and only when all of them are whole on
//! the disk do they take their places, each in one step. So a full disk or a failing
//! report leaves the earlier reports as they were, and no file is ever half-written.

use std::{
    ffi::OsStr,
    fs::{self, DirEntry},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

pub use super::side_by_side::at_once;
use super::{
    Report, Run,
    background::{Background, Writing},
    side_by_side::side_by_side,
};

/// What is wrong with the output.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The folder is not there and cannot be made.
    #[error("cannot create the output folder {}", folder.display())]
    Create {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The folder takes no files.
    #[error("cannot write to the output folder {}", folder.display())]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something that is no file has a report's name.
    #[error("{} is a folder, and a report of that name is to be written", path.display())]
    Taken {
        /// The folder in the way.
        path: PathBuf,
    },
    /// A report could not be written whole. The earlier reports are untouched.
    #[error("cannot write {}", path.display())]
    Stage {
        /// Where the report was to go.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// An earlier report that says nothing of this run could not be taken away.
    #[error("cannot remove {}, which is an earlier run's", path.display())]
    Remove {
        /// The report.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A report is whole but could not take its place.
    #[error("cannot replace {}{}", path.display(), kept_at(kept.as_deref()))]
    Replace {
        /// The place.
        path: PathBuf,
        /// Where the new report is instead.
        kept: Option<PathBuf>,
        /// Why not.
        source: io::Error,
    },
}

impl OutputError {
    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Create { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
                "a file has that name; choose another folder with --out"
            }
            Self::Create { .. } | Self::Unwritable { .. } => {
                "choose a folder that you may write to with --out"
            }
            Self::Taken { .. } => "move that folder away, or choose another folder with --out",
            Self::Stage { source, .. } if is_full(source) => {
                "make room on the disk and run again; the earlier reports are as they were"
            }
            Self::Stage { .. } => "the earlier reports are as they were",
            Self::Remove { .. } => {
                "close the program that has this file open, and remove it: it does not belong to \
                 the other reports, which are the new ones"
            }
            Self::Replace { .. } => {
                "close the program that has this file open (a spreadsheet locks it), and put the \
                 new one in its place; the other reports are the new ones"
            }
        };
        Some(hint.to_owned())
    }
}

fn kept_at(kept: Option<&Path>) -> String {
    let at = |path: &Path| format!(": the new one is {}", path.display());
    kept.map(at).unwrap_or_default()
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// A folder that is known to take the reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFolder {
    path: PathBuf,
}

impl OutputFolder {
    /// Creates the folder and proves that these reports can be written to it: to be called
    /// before anything is asked, because the asking takes hours.
    pub fn prepare(path: &Path, reports: &[Box<dyn Report>]) -> Result<Self, OutputError> {
        let folder = path.to_owned();
        fs::create_dir_all(path).map_err(|source| OutputError::Create { folder, source })?;
        let prepared = Self {
            path: path.to_owned(),
        };
        prepared.prove_writable()?;
        prepared.prove_free(reports)?;
        prepared.sweep();
        Ok(prepared)
    }

    /// Writes these reports of the run, each over the earlier one of its name. What needs a
    /// base goes away where there is none; nothing else in the folder is touched. The asking took
    /// hours: the folder is made again if it went away, and a report that cannot take its place
    /// stays beside it.
    pub fn write_all(&self, reports: &[Box<dyn Report>], run: &Run<'_>) -> Result<(), OutputError> {
        let folder = self.path.clone();
        fs::create_dir_all(&self.path).map_err(|source| OutputError::Create { folder, source })?;
        let is_written = |it: &&dyn Report| run.past.is_some() || !it.needs_base();
        let reports = reports.iter().map(AsRef::as_ref);
        let (written, stale): (Vec<_>, Vec<_>) = reports.partition(is_written);
        let staged = self.stage_all(&written, run)?;
        let placed = staged.into_iter().map(Staged::take_place);
        let removed = stale.into_iter().map(|report| self.remove(report));
        let ended: Vec<Result<(), OutputError>> = placed.chain(removed).collect();
        ended.into_iter().collect()
    }

    /// Takes away an earlier report that says nothing of this run.
    fn remove(&self, report: &dyn Report) -> Result<(), OutputError> {
        let path = self.path.join(report.file_name());
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(OutputError::Remove { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Brings all of these whole to the disk. Of several that fail, the first is told.
    fn stage_all(
        &self,
        reports: &[&dyn Report],
        run: &Run<'_>,
    ) -> Result<Vec<Staged>, OutputError> {
        let written = side_by_side(reports, |report| self.stage(*report, run));
        let staged = written.into_iter().map(|it| it.and_then(Written::whole));
        // All of them, because a file that is still being written goes away only when it is whole.
        let staged: Vec<Result<Staged, OutputError>> = staged.collect();
        staged.into_iter().collect()
    }

    fn prove_writable(&self) -> Result<(), OutputError> {
        let probe = || {
            let mut file = self.temporary()?;
            file.write_all(b"patchgap")?;
            file.close()
        };
        probe().map_err(|source| OutputError::Unwritable {
            folder: self.path.clone(),
            source,
        })
    }

    /// Takes away what runs that were killed left behind. What is young may be another process's
    /// that is writing just now. What fails here fails again the next time.
    fn sweep(&self) {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let old = entries.filter(|entry| is_ours(&entry.file_name()) && is_old(entry));
        for entry in old {
            let _ = fs::remove_file(entry.path());
        }
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

    /// Renders a report; while it is on its way to the disk, the next one can be rendered.
    fn stage(&self, report: &dyn Report, run: &Run<'_>) -> Result<Written, OutputError> {
        let path = self.path.join(report.file_name());
        match self.render(report, run) {
            Ok(file) => Ok(Written { file, path }),
            Err(source) => Err(OutputError::Stage { path, source }),
        }
    }

    fn render(&self, report: &dyn Report, run: &Run<'_>) -> io::Result<Writing> {
        let mut file = Background::new(self.temporary()?)?;
        let rendered = report.render(run, &mut file);
        file.finish(rendered)
    }

    /// A temporary file beside the reports; it goes away by itself unless it takes a place.
    /// It is its owner's alone, and so is the report: it tells where a fleet can be attacked.
    fn temporary(&self) -> io::Result<NamedTempFile> {
        Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempfile_in(&self.path)
    }
}

/// What files that are being written are called.
const PREFIX: &str = ".patchgap-";
const SUFFIX: &str = ".tmp";

/// No report takes that long to write.
const A_WHILE: Duration = Duration::from_hours(12);

fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

fn is_old(entry: &DirEntry) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age > A_WHILE)
}

/// A report that is rendered, and on its way to the disk.
struct Written {
    file: Writing,
    path: PathBuf,
}

impl Written {
    fn whole(self) -> Result<Staged, OutputError> {
        let path = self.path;
        match self.file.whole() {
            Ok(file) => Ok(Staged { file, path }),
            Err(source) => Err(OutputError::Stage { path, source }),
        }
    }
}

/// A report that is whole on the disk, beside its place.
struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    fn take_place(self) -> Result<(), OutputError> {
        match self.file.persist(&self.path) {
            Ok(_) => Ok(()),
            Err(error) => {
                let beside = beside(&self.path);
                let kept = error.file.persist(&beside).is_ok().then_some(beside);
                Err(OutputError::Replace {
                    path: self.path,
                    kept,
                    source: error.error,
                })
            }
        }
    }
}

/// `kbs.new.csv` for `kbs.csv`.
fn beside(path: &Path) -> PathBuf {
    let mut extension = std::ffi::OsString::from("new.");
    extension.push(path.extension().unwrap_or_default());
    path.with_extension(extension)
}
