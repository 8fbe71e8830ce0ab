//! A run that is added to a lake.

use std::{fs, io, path::Path};

use super::{
    collecting::{ask, megabytes, overall},
    place::Place,
    table::Table,
};

/// Measures a run with CSV files and a lake, and one without the lake: the difference is the cost
/// of the lake.
pub(crate) fn measure(place: &Place, table: &mut Table) -> io::Result<()> {
    let lake = [
        "--format",
        "csv",
        "--state",
        "lake.sqlite",
        "--lake",
        "lake",
    ];
    let run = ask(place, &lake)?;
    table.figure("machines a second, start to a lake", overall(run), "");
    table.figure("with a lake: peak memory", megabytes(run.0), "");
    let size = size_of(&place.path("lake"))? / 1_000_000;
    table.figure("size of the lake", format!("{size} MB"), "");
    Ok(())
}

/// The bytes of all files in a folder and in those in it.
fn size_of(folder: &Path) -> io::Result<u64> {
    let sizes = fs::read_dir(folder)?.map(|entry| {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            return size_of(&entry.path());
        }
        Ok(entry.metadata()?.len())
    });
    sizes.sum()
}
