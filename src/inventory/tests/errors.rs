use std::{error::Error, io};

use super::{file, read_fixture};
use crate::inventory::{InventoryError, Source, read, read_from};

/// The chain of an error in one line, as it is printed, without the file's folder.
fn printed(error: &InventoryError) -> String {
    let mut line = format!("{error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

/// Reads the fixture, which must fail, saying this and giving this hint.
fn check(fixture: &str, column: Option<&str>, says: &str, hint: &str) {
    let error = read_fixture(fixture, column).unwrap_err();
    let line = printed(&error);
    assert!(line.contains(fixture), "{line}");
    assert!(line.contains(says), "{line}");
    let given = error.hint().unwrap();
    assert!(given.contains(hint), "{line}: {given}");
}

#[test]
fn what_holds_no_machines_says_so() {
    let rows = "one row for each machine";
    check("not-there.csv", None, "no such file", "check the path");
    check("empty.csv", None, "it is empty", rows);
    check("blank.csv", None, "it is empty", rows);
    check("header-only.csv", None, "a header but no rows", rows);
    check(
        "no-valid-id.csv",
        None,
        "no valid machine id in 2 rows; the first is on line 3: `not-an-id`",
        "column `Serial` holds machine ids",
    );
    check(
        "unclosed-quote.csv",
        None,
        "a quoted cell of the row on line 3 is never closed",
        "close the quote",
    );
    check(
        "unclosed-header.csv",
        None,
        "a quoted cell of the row on line 1 is never closed",
        "close the quote",
    );
}

#[test]
fn where_the_id_column_is_missing_the_others_are_listed() {
    for (fixture, columns, hint) in [
        (
            "no-id-column.csv",
            "columns found: Hostname, Team",
            "40 hexadecimal characters; name its column with `--column NAME`",
        ),
        (
            "own-name.csv",
            "columns found: Kennung, Name",
            "column `Kennung` holds machine ids: add `--column \"Kennung\"`",
        ),
        (
            "one-column-no-ids.txt",
            "columns found: Hostname",
            "--column NAME",
        ),
    ] {
        check(fixture, None, columns, hint);
    }
}

#[test]
fn where_the_column_asked_for_is_missing_the_others_are_listed() {
    check(
        "own-name.csv",
        Some("Device ID"),
        "no column `Device ID`; columns found: Kennung, Name",
        "one of the names found",
    );
    check(
        "no-header-columns.csv",
        Some("Name"),
        "no column `Name`",
        "no header: leave `--column` out",
    );
}

#[test]
fn a_folder_is_no_file() {
    let error = read(&Source::from(file("samples")), None).unwrap_err();
    assert!(printed(&error).ends_with("a folder, not a file"), "{error}");
}

#[test]
fn a_workbook_is_no_csv() {
    let error = read_from(&b"PK\x03\x04\x14\0"[..], "machines.xlsx", None).unwrap_err();
    assert_eq!(
        printed(&error),
        "inventory `machines.xlsx`: it is an Excel workbook, not CSV"
    );
    assert!(error.hint().unwrap().contains("CSV UTF-8"));
}

#[test]
fn a_reader_that_breaks_off_is_told_with_its_reason() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let start = io::Read::chain(&b"machineId\n"[..], Broken);
    let error = read_from(start, "-", None).unwrap_err();
    assert_eq!(
        printed(&error),
        "inventory `-`: it cannot be read: the disk is gone"
    );

    // Behind what is looked at in advance, it is the csv crate that meets the error.
    let long = format!("machineId\n{}", "x\n".repeat(100_000));
    let error = read_from(io::Read::chain(long.as_bytes(), Broken), "-", None).unwrap_err();
    assert!(
        printed(&error).ends_with("it cannot be read: the disk is gone"),
        "{error}"
    );
}

#[test]
fn a_dash_is_standard_input() {
    assert_eq!(
        Source::from(file("-")).to_string(),
        file("-").display().to_string()
    );
    assert_eq!(
        Source::from(std::path::PathBuf::from("-")),
        Source::StandardInput
    );
    assert_eq!(Source::StandardInput.to_string(), "-");
}

#[test]
fn ids_beside_each_other_are_not_taken_for_columns() {
    let ids: Vec<String> = ["a", "b", "c", "d"].map(|digit| digit.repeat(40)).into();
    for (list, line) in [
        (ids.join(","), 1),
        (format!("{}\n{},{}", ids[0], ids[1], ids[2]), 2),
        (format!("{},web-01\n{},{}", ids[0], ids[1], ids[2]), 2),
    ] {
        let error = read_from(list.as_bytes(), "list", None).unwrap_err();
        let says = format!("line {line} holds more than one machine id");
        assert!(
            printed(&error).contains(&says),
            "{list}: {}",
            printed(&error)
        );
    }
    let beside = format!("id,parent\n{},{}", ids[0], ids[1]);
    assert!(
        read_from(beside.as_bytes(), "list", None).is_ok(),
        "a header says what is what"
    );
}
