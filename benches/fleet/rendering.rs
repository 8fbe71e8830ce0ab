//! All reports once more, from the store alone.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::{Duration, Instant},
};

use csv::{ByteRecord, ReaderBuilder, Writer};

use super::{collecting::megabytes, place::Place, process::run, table::Table};

/// Measures rendering, and what the csv crate takes to copy the same files.
pub(crate) fn measure(place: &Place, table: &mut Table) -> io::Result<()> {
    let (taken, _) = run(&mut place.report(&["--offline", "--out", "again"]))?;
    table.figure(
        "offline: all reports",
        seconds(taken.wall),
        "at most 20 s for 1,000,000",
    );
    table.figure(
        "offline: peak memory",
        megabytes(taken),
        "at most 300 MB for 1,000,000",
    );
    let mut copied = Duration::ZERO;
    let mut bytes = 0;
    for name in ["kbs.csv", "machines.csv", "gaps.csv", "failures.csv"] {
        let path = place.path("again").join(name);
        bytes += fs::metadata(&path)?.len();
        copied += copy(&path, &place.path("copy.csv"))?;
    }
    let copying = format!("the csv crate: copying these {} MB", bytes / 1_000_000);
    table.figure(&copying, seconds(copied), "");
    let times = format!("{:.2}", taken.wall.as_secs_f64() / copied.as_secs_f64());
    table.figure(
        "offline: times copying, everything",
        times,
        "CSV alone: at most 2",
    );
    measure_lake(place, table)
}

/// Measures CSV files together with a lake.
fn measure_lake(place: &Place, table: &mut Table) -> io::Result<()> {
    let arguments = ["--offline", "--format", "csv", "--lake", "lake"];
    let (taken, _) = run(&mut place.report(&arguments))?;
    table.figure("offline: CSV files and a lake", seconds(taken.wall), "");
    table.figure("offline: its peak memory", megabytes(taken), "");
    let size = size_of(&place.path("lake"))?;
    let size = format!("{:.1} MB", size as f64 / 1e6);
    table.figure("offline: size of the lake", size, "");
    Ok(())
}

/// The bytes of all files in a folder and those in it.
fn size_of(folder: &Path) -> io::Result<u64> {
    let entries = fs::read_dir(folder)?.map(|entry| {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_dir() {
            size_of(&entry.path())
        } else {
            Ok(meta.len())
        }
    });
    entries.sum()
}

/// Reads a file cell by cell, and writes it again.
fn copy(from: &Path, to: &Path) -> io::Result<Duration> {
    let began = Instant::now();
    let mut reader = ReaderBuilder::new().has_headers(false).from_path(from)?;
    let mut writer = Writer::from_writer(File::create(to)?);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        writer.write_byte_record(&record)?;
    }
    writer.flush()?;
    writer.get_ref().sync_all()?;
    Ok(began.elapsed())
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
