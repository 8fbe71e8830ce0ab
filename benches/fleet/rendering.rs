//! All reports once more, from the store alone.

use std::{
    fs::{self, File},
    io,
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
    Ok(())
}

/// Reads a file cell by cell, and writes it again.
fn copy(from: &std::path::Path, to: &std::path::Path) -> io::Result<Duration> {
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
