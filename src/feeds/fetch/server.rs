//! Downloads files from one server, with retries and limits.

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

/// The maximum size of a file, also when parsing it.
const MAX_BYTES: u64 = 96 << 20;
/// The time limit of a download.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_mins(10);
/// The delay before the first retry; doubled for each further one.
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(1);
/// The maximum delay before a retry. If a server asks for a longer one, the next run tries again.
const MAX_RETRY_DELAY: Duration = Duration::from_mins(1);

/// A server of files.
pub(super) struct Server<'fetch> {
    files: PublicFiles,
    folder: &'fetch Path,
    retries: u32,
    /// Whether all attempts for some file failed with errors that may be temporary.
    has_failed: AtomicBool,
}

/// The result of a request.
pub(super) enum Arrived {
    /// The file has not changed.
    Unchanged,
    /// The file has changed.
    File(ArrivedFile),
}

/// A completely downloaded file, next to its final path.
pub(super) struct ArrivedFile {
    file: NamedTempFile,
    pub(super) known: Known,
    pub(super) redirected_to: Option<String>,
}

impl<'fetch> Server<'fetch> {
    /// A server whose files are downloaded into this folder, with this number of retries.
    pub(super) fn new(files: PublicFiles, folder: &'fetch Path, retries: u32) -> Self {
        Self {
            files,
            folder,
            retries,
            has_failed: AtomicBool::new(false),
        }
    }

    /// Whether further requests to it are pointless.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// Downloads a file unless it is the known version. The error explains the failure to the user.
    pub(super) async fn get(&self, url: &Url, known: &Known) -> Result<Arrived, String> {
        let mut delay = FIRST_RETRY_DELAY;
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
            if wait > MAX_RETRY_DELAY || retries.next().is_none() {
                self.has_failed.store(true, Ordering::Relaxed);
                return Err(with_hint(failed.message));
            }
            info!("{url}: {failed}; retrying");
            sleep(wait).await;
            delay = (delay * 2).min(MAX_RETRY_DELAY);
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
        timeout(DOWNLOAD_TIMEOUT, whole)
            .await
            .map_err(|_| too_long())?
    }

    async fn save(&self, arriving: PublicFile) -> Result<ArrivedFile, FileError> {
        let mut file = temporary(self.folder).map_err(|error| unwritable(&error))?;
        let mut chunks = arriving.chunks;
        let mut bytes = 0;
        while let Some(chunk) = chunks.try_next().await? {
            bytes += chunk.len() as u64;
            if bytes > MAX_BYTES {
                let problem = format!("it is larger than {} MiB", MAX_BYTES >> 20);
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
    /// Its content. A second handle would not do: on Windows, only the handle that writes the file may read
    /// it.
    pub(super) fn content(&mut self) -> io::Result<&File> {
        self.file.rewind()?;
        Ok(self.file.as_file())
    }

    /// Moves it to its final path.
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
