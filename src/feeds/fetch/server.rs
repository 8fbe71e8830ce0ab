//! Downloads files from one server, with retries and within bounds.

use std::{
    fs::File,
    io::{self, Seek, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures::TryStreamExt;
use tempfile::NamedTempFile;
use tokio::time::{sleep, timeout};
use tracing::info;
use url::Url;

use crate::{
    defender::{FileError, FileProblem, Known, PublicFile, PublicFiles, PublicReply, with_hint},
    report::output::{open_to_all, replace, temporary},
};

/// The most bytes of a file: as many as are read of it.
const MOST_BYTES: u64 = 96 << 20;
/// The longest that a download may take.
const LONGEST: Duration = Duration::from_mins(10);
/// The delay before the first retry; it doubles with each.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay before a retry. A server that asks for more is asked again by the next run.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// A server of files.
pub(super) struct Server<'fetch> {
    files: PublicFiles,
    folder: &'fetch Path,
    retries: u32,
    /// Whether all attempts for a file have failed in a way that may pass.
    has_failed: AtomicBool,
}

/// What came of a request.
pub(super) enum Arrived {
    /// Nothing has changed.
    Unchanged,
    /// The file has.
    File(ArrivedFile),
}

/// A file that has arrived as a whole, beside its place.
pub(super) struct ArrivedFile {
    file: NamedTempFile,
    pub(super) known: Known,
    pub(super) redirected_to: Option<String>,
}

impl<'fetch> Server<'fetch> {
    /// A server whose files arrive in this folder, and that is asked so many times again.
    pub(super) fn new(files: PublicFiles, folder: &'fetch Path, retries: u32) -> Self {
        Self {
            files,
            folder,
            retries,
            has_failed: AtomicBool::new(false),
        }
    }

    /// Whether it has failed for so long that asking it for more files is in vain.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// Gets a file unless it is the known one. An error is what is wrong, for people.
    pub(super) async fn get(&self, url: &Url, known: &Known) -> Result<Arrived, String> {
        let mut delay = FIRST_DELAY;
        let mut retries = 0..self.retries;
        loop {
            let failed = match self.attempt(url, known).await {
                Ok(arrived) => return Ok(arrived),
                Err(failed) => failed,
            };
            let wait = match failed.problem {
                FileProblem::Passing(wait) => wait.unwrap_or(delay).max(delay),
                FileProblem::Expired | FileProblem::Final => return Err(with_hint(failed.message)),
            };
            if wait > LONGEST_DELAY || retries.next().is_none() {
                self.has_failed.store(true, Ordering::Relaxed);
                return Err(with_hint(failed.message));
            }
            info!("{url}: {failed}; retrying");
            sleep(wait).await;
            delay = (delay * 2).min(LONGEST_DELAY);
        }
    }

    async fn attempt(&self, url: &Url, known: &Known) -> Result<Arrived, FileError> {
        let whole = async {
            match self.files.get(url, known).await? {
                PublicReply::Unchanged => Ok(Arrived::Unchanged),
                PublicReply::File(file) => self.save(file).await.map(Arrived::File),
            }
        };
        let too_long = || FileError::new(FileProblem::Final, "the download took too long");
        timeout(LONGEST, whole).await.map_err(|_| too_long())?
    }

    async fn save(&self, arriving: PublicFile) -> Result<ArrivedFile, FileError> {
        let mut file = temporary(self.folder).map_err(|error| unwritable(&error))?;
        let mut chunks = arriving.chunks;
        let mut bytes = 0;
        while let Some(chunk) = chunks.try_next().await? {
            bytes += chunk.len() as u64;
            if bytes > MOST_BYTES {
                let problem = format!("it is larger than {} MiB", MOST_BYTES >> 20);
                return Err(FileError::new(FileProblem::Final, problem));
            }
            file.write_all(&chunk).map_err(|error| unwritable(&error))?;
        }
        Ok(ArrivedFile {
            file,
            known: arriving.known,
            redirected_to: arriving.redirected_to,
        })
    }
}

impl ArrivedFile {
    /// Its content. Not through another handle: on Windows, only the one that writes it may read it.
    pub(super) fn content(&mut self) -> io::Result<&File> {
        self.file.rewind()?;
        Ok(self.file.as_file())
    }

    /// Moves it to its place.
    pub(super) fn place(self, path: &Path) -> io::Result<()> {
        // Feeds are public, and other accounts may read the folder for their reports.
        open_to_all(self.file.as_file())?;
        self.file.as_file().sync_all()?;
        Ok(replace(self.file, path)?)
    }
}

fn unwritable(error: &io::Error) -> FileError {
    let problem = format!("it cannot be written: {error}");
    FileError::new(FileProblem::Final, problem)
}
