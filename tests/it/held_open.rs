//! A report that another program has open, which on Windows can prevent its replacement.
#![cfg(windows)]

use std::{
    fs::{self, File, OpenOptions},
    io::Read,
    os::windows::fs::{MetadataExt, OpenOptionsExt},
};

use crate::common::{Scene, fleet_ids};

const FILE_SHARE_READ: u32 = 1;
const FILE_ATTRIBUTE_TEMPORARY: u32 = 0x100;

/// A scene with the reports of a first run, and a list with one machine less for the next.
fn after_a_first_run() -> Scene {
    let scene = Scene::with_machines(5);
    scene.report(&[]).exits_with(0);
    let without_the_first = scene.tenant.inventory_csv();
    let first = fleet_ids(1)[0].to_string();
    let lines = without_the_first
        .lines()
        .filter(|line| !line.contains(&first));
    scene.write("machines.csv", lines.collect::<Vec<_>>().join("\n"));
    scene
}

/// As a spreadsheet opens it: shared for reading only.
#[test]
fn report_locked_by_a_reader_is_written_beside_it() {
    let scene = after_a_first_run();
    let path = scene.path("reports/machines.csv");
    let earlier = fs::read(&path).unwrap();
    let open = OpenOptions::new()
        .read(true)
        .share_mode(FILE_SHARE_READ)
        .open(&path);
    let run = scene.report(&[]).exits_with(6);
    let run = run.complains("machines.new.csv").hints("close the program");
    assert_eq!(run.bytes("machines.csv"), earlier);
    assert_eq!(run.rows("machines.new.csv").len(), 4);
    assert_eq!(run.summary()["inventory"]["machines"], 4);
    drop(open.unwrap());
}

/// As editors and virus scanners open it: they continue to read the old file.
#[test]
fn report_opened_with_shared_deletion_is_replaced() {
    let scene = after_a_first_run();
    let path = scene.path("reports/machines.csv");
    let earlier = fs::read(&path).unwrap();
    let mut open = File::open(&path).unwrap();
    let run = scene.report(&[]).exits_with(0);
    assert_eq!(run.rows("machines.csv").len(), 4);
    assert!(!run.files().contains("machines.new.csv"));
    let attributes = fs::metadata(&path).unwrap().file_attributes();
    assert_eq!(attributes & FILE_ATTRIBUTE_TEMPORARY, 0);
    let mut read = Vec::new();
    open.read_to_end(&mut read).unwrap();
    assert_eq!(read, earlier);
}
