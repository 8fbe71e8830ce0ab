//! Each format by itself, rendered from a store: how long, how large, and how much memory,
//! beside what it may take.

use std::{fs, io, path::Path};

use patchgap::report::Format;

use super::{
    collecting::{amount, megabytes},
    options::Size,
    place::Place,
    process::{Taken, run},
    table::{Table, whole},
};

/// What a file may take at one of the two sizes: megabytes, and seconds.
struct Bound {
    size: Size,
    file: &'static str,
    megabytes: Option<u32>,
    seconds: Option<u32>,
}

const BOUNDS: [Bound; 4] = [
    Bound {
        size: Size::Small,
        file: "report.html",
        megabytes: Some(5),
        seconds: Some(2),
    },
    Bound {
        size: Size::Small,
        file: "report.xlsx",
        megabytes: Some(12),
        seconds: Some(8),
    },
    Bound {
        size: Size::Small,
        file: "gaps.parquet",
        megabytes: None,
        seconds: Some(1),
    },
    Bound {
        size: Size::Large,
        file: "report.html",
        megabytes: Some(20),
        seconds: None,
    },
];

/// Asks for everything once, and renders each format from what is stored then.
pub(crate) fn measure(size: Size, place: &Place, table: &mut Table) -> io::Result<()> {
    run(&mut place.report(&[
        "list.csv",
        "--rate-limit=none",
        "--pace=none",
        "--format=json",
        "--out=asked",
    ]))?;
    let summary = fs::read(place.path("asked").join("summary.json"))?;
    let summary: serde_json::Value = serde_json::from_slice(&summary)?;
    let gaps = summary["gaps"].as_u64().unwrap_or_default();
    table.title(&format!(
        "reports: {} machines with {} gaps; each format a process of its own, reading included",
        whole(amount(place.fleet.machines)),
        whole(amount(gaps)),
    ));
    for word in Format::WORDS {
        if word.parse().is_ok_and(Format::is_built) {
            format(size, word, place, table)?;
        }
    }
    Ok(())
}

fn format(size: Size, word: &str, place: &Place, table: &mut Table) -> io::Result<()> {
    let (taken, _) = run(&mut place.report(&["--offline", "--format", word, "--out", word]))?;
    let files = files(&place.path(word))?;
    let bounds = || BOUNDS.iter().filter(|it| it.size == size);
    let bound = |file: &str| bounds().find(|it| it.file == file);
    let slowest = files.iter().find_map(|(file, _)| bound(file)?.seconds);
    let wall = format!("{:.2} s", taken.wall.as_secs_f64());
    table.figure(&format!("{word}: time"), wall, &at_most(slowest, "s"));
    memory(size, word, taken, table);
    for (file, bytes) in &files {
        let name = format!("{word}: {file}");
        let largest = bound(file).and_then(|it| it.megabytes);
        let megabytes = format!("{:.1} MB", amount(*bytes) / 1e6);
        table.figure(&name, megabytes, &at_most(largest, "MB"));
    }
    Ok(())
}

fn memory(size: Size, word: &str, taken: Taken, table: &mut Table) {
    let most = match size {
        Size::Small => None,
        Size::Large => Some(500),
    };
    let name = format!("{word}: peak memory");
    table.figure(&name, megabytes(taken), &at_most(most, "MB"));
}

fn at_most(most: Option<u32>, unit: &str) -> String {
    most.map_or_else(String::new, |most| format!("at most {most} {unit}"))
}

/// The files of a folder by name, and how large they are.
fn files(folder: &Path) -> io::Result<Vec<(String, u64)>> {
    let files = fs::read_dir(folder)?.map(|entry| {
        let entry = entry?;
        let name = entry.file_name().display().to_string();
        Ok((name, entry.metadata()?.len()))
    });
    let mut files = files.collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
