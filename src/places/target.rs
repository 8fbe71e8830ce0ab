//! What a place can do.

use std::path::Path;

use async_trait::async_trait;

use super::PlaceError;
use crate::report::output::Digest;

/// A place. In names, `/` separates folders.
#[async_trait]
pub(crate) trait Target: Send + Sync {
    /// The place, for people.
    fn name(&self) -> String;

    /// Checks, as far as nothing is left behind and no service is asked, that files can be written.
    async fn prepare(&self) -> Result<(), PlaceError>;

    /// Writes a small file and removes it, where `prepare` has not shown that this is possible.
    async fn try_out(&self) -> Result<(), PlaceError>;

    /// The content of a small file; `None` if it is not there.
    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceError>;

    /// Writes a file that is on the disk, over one that is there. Returns the hash of what was written.
    async fn write_file(&self, name: &str, path: &Path) -> Result<Digest, PlaceError>;

    /// Writes a small file, over one that is there.
    async fn write(&self, name: &str, content: Vec<u8>) -> Result<(), PlaceError>;

    /// Removes a file, if it is there.
    async fn remove(&self, name: &str) -> Result<(), PlaceError>;
}
