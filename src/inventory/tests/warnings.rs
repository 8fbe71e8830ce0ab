use std::{
    fs::File,
    io::{Read, Seek},
    sync::Arc,
};

use super::read_fixture;

/// The log lines while the fixture is read.
fn logged(fixture: &str) -> Vec<String> {
    let log = Arc::new(tempfile::tempfile().unwrap());
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(Arc::clone(&log))
        .finish();
    tracing::subscriber::with_default(subscriber, || read_fixture(fixture, None).unwrap());

    let mut log: &File = &log;
    let mut text = String::new();
    log.rewind().unwrap();
    log.read_to_string(&mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn surplus_cells_are_warned_about_once() {
    let lines = logged("ragged.csv");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("WARN"), "{lines:?}");
    assert!(lines[0].contains("2 rows of "), "{lines:?}");
    assert!(lines[0].contains("first on line 3"), "{lines:?}");
}

#[test]
fn each_skipped_title_is_warned_about() {
    let lines = logged("titles.csv");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("line 1 of "), "{lines:?}");
    assert!(lines[1].contains("line 2 of "), "{lines:?}");
}

#[test]
fn titles_of_a_second_list_are_warned_about_but_type_lines_are_not() {
    let lines = logged("joined-exports.csv");
    let told = lines.iter().map(|line| line.contains(" is a title"));
    assert_eq!(told.filter(|told| *told).count(), 4, "{lines:?}");
    assert!(lines[2].contains("line 8 of "), "{lines:?}");
    assert!(logged("joined-orders.csv").is_empty());
}

#[test]
fn plain_file_causes_no_warning() {
    assert!(logged("crlf.csv").is_empty());
}
