//! The run of a lake's file: its name has the start only to the second.

use super::file_end::metadata;
use crate::report::{
    Facts,
    lake::{BadEnd, FileEnd},
};

/// The key of the file's metadata that identifies the run.
pub(super) const RUN_KEY: &str = "runKey";

/// Whether a file of a lake belongs to the run with these facts.
pub(super) fn is_of(file: &FileEnd, facts: &Facts) -> Result<bool, BadEnd> {
    let metadata = metadata(file)?;
    let pairs = metadata.file_metadata().key_value_metadata();
    let key = pairs.into_iter().flatten().find(|it| it.key == RUN_KEY);
    let key = key.and_then(|it| it.value.as_deref());
    Ok(key == Some(&*facts.run_key()))
}
