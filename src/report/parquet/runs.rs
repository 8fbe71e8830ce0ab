//! Which run a file of a lake is of: its name has only the second of the start.

use std::{fs, io, path::Path};

use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::report::Run;

/// The key of the file's metadata that identifies the run.
pub(super) const RUN_KEY: &str = "runKey";

/// Whether a file of a lake is of this run. A file that cannot be read is not.
pub(super) fn is_of(file: &Path, run: &Run<'_>) -> bool {
    let key = run_key(file).ok().flatten();
    key.is_some_and(|key| key == run.facts.run_key())
}

fn run_key(file: &Path) -> io::Result<Option<String>> {
    let reader = SerializedFileReader::new(fs::File::open(file)?).map_err(io::Error::other)?;
    let metadata = reader.metadata().file_metadata().key_value_metadata();
    let key = metadata.into_iter().flatten().find(|it| it.key == RUN_KEY);
    Ok(key.and_then(|it| it.value.clone()))
}
