//! The operations of a lake's place: a folder, or a container or bucket of an object store.

use std::{error::Error, fmt, io};

use async_trait::async_trait;
use hyper::body::Bytes;
use tempfile::NamedTempFile;

/// The place of a lake. In paths, `/` separates folders.
#[async_trait]
pub trait LakeFiles: Send + Sync {
    /// The place, for people.
    fn name(&self) -> String;

    /// A folder or file in it, for people.
    fn shown(&self, path: &str) -> String;

    /// Checks write access without leaving files, and removes the leftovers of killed runs.
    async fn prepare(&self) -> Result<(), Trouble>;

    /// Adds a small file and removes it, unless `prepare` has already shown that files can be
    /// added. Returns the error of removing it, which is harmless: a lake never needs to remove
    /// files.
    async fn try_out(&self) -> Result<Option<Trouble>, Trouble>;

    /// The names of folders and files in a folder; none if it does not exist.
    async fn names(&self, folder: &str) -> Result<Vec<String>, Trouble>;

    /// The end of a file, of about this length.
    async fn end(&self, path: &str, length: u64) -> Result<FileEnd, Trouble>;

    /// A new file on the disk, into which a table is rendered.
    fn stage(&self) -> io::Result<NamedTempFile>;

    /// Adds a rendered file. Returns it if the path is taken.
    async fn add(&self, file: NamedTempFile, path: &str) -> Result<Option<NamedTempFile>, Trouble>;
}

/// The end of a file.
#[derive(Debug, Clone)]
pub struct FileEnd {
    /// Its last bytes.
    pub bytes: Bytes,
    /// The size of the whole file.
    pub size: u64,
}

/// Why the end of a file cannot be read.
#[derive(Debug)]
pub enum BadEnd {
    /// More bytes are needed: this number.
    Short(u64),
    /// The file is damaged, or not one of this program's.
    Damaged(io::Error),
}

/// An error of a place.
#[derive(Debug)]
pub struct Trouble {
    /// Why.
    problem: Box<dyn Error + Send + Sync>,
    /// How to fix it, if known.
    hint: Option<String>,
}

impl Trouble {
    /// An error, with the place's hint.
    pub fn new(problem: impl Error + Send + Sync + 'static, hint: Option<String>) -> Self {
        Self {
            problem: Box::new(problem),
            hint,
        }
    }

    /// How to fix it.
    pub(super) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The underlying error, if it has this type.
    pub fn problem<E: Error + 'static>(&self) -> Option<&E> {
        self.problem.downcast_ref()
    }
}

impl From<io::Error> for Trouble {
    fn from(problem: io::Error) -> Self {
        Self::new(problem, None)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)
    }
}

impl Error for Trouble {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}
