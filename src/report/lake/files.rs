//! What the place of a lake can do: a folder, or a container or bucket of an object store.

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

    /// Checks, as far as nothing is left behind, that files can be added, and removes what killed runs left.
    async fn prepare(&self) -> Result<(), Trouble>;

    /// Adds a small file and removes it, where `prepare` has not shown that this is possible. Returns why it cannot be
    /// removed, if it cannot: nothing that is added to a lake has to be.
    async fn try_out(&self) -> Result<Option<Trouble>, Trouble>;

    /// The names of folders and files in a folder; none if it is not there.
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
    /// It takes more bytes.
    Short(u64),
    /// It is damaged, or none of ours.
    Damaged(io::Error),
}

/// What a place refuses.
#[derive(Debug)]
pub struct Trouble {
    /// Why.
    problem: Box<dyn Error + Send + Sync>,
    /// How to fix it, if the place knows.
    hint: Option<String>,
}

impl Trouble {
    /// Trouble that the place knows how to fix.
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

    /// What the place says.
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
