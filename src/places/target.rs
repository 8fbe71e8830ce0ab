//! The operations of a place.

use std::path::Path;

use async_trait::async_trait;

use super::PlaceError;
use crate::report::output::Digest;

/// A place. In names, `/` separates folders.
#[async_trait]
pub(crate) trait Target: Send + Sync {
    /// The place, for people.
    fn name(&self) -> String;

    /// Checks write access without leaving files or sending requests.
    async fn prepare(&self) -> Result<(), PlaceError>;

    /// Writes and removes a small file, unless `prepare` already tests write access.
    async fn try_out(&self) -> Result<(), PlaceError>;

    /// The content of a small file; `None` if it does not exist.
    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceError>;

    /// Writes a file from the disk, replacing an existing one. Returns the hash of what was written.
    async fn write_file(&self, name: &str, path: &Path) -> Result<Digest, PlaceError>;

    /// Writes a small file, replacing an existing one.
    async fn write(&self, name: &str, content: Vec<u8>) -> Result<(), PlaceError>;

    /// Removes a file, if it exists.
    async fn remove(&self, name: &str) -> Result<(), PlaceError>;
}
