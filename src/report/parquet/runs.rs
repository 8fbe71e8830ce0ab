//! Which run a file of a lake is of: its name has only the second of the start.

use super::file_end::metadata;
use crate::report::{
    Facts,
    lake::{BadEnd, FileEnd},
};

/// The key of the file's metadata that identifies the run.
pub(super) const RUN_KEY: &str = "runKey";

/// Whether a file of a lake is of the run with these facts.
pub(super) fn is_of(file: &FileEnd, facts: &Facts) -> Result<bool, BadEnd> {
    let metadata = metadata(file)?;
    let pairs = metadata.file_metadata().key_value_metadata();
    let key = pairs.into_iter().flatten().find(|it| it.key == RUN_KEY);
    let key = key.and_then(|it| it.value.as_deref());
    Ok(key == Some(&*facts.run_key()))
}
