use std::{error::Error, io};

use super::{file, read_fixture};
use crate::inventory::{InventoryError, Source, read, read_from};

/// The error chain in one line, as printed.
fn printed(error: &InventoryError) -> String {
    let mut line = format!("{error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

/// Reads the fixture, and asserts that it fails with this message and this hint.
fn check(fixture: &str, column: Option<&str>, says: &str, hint: &str) {
    let error = read_fixture(fixture, column).unwrap_err();
    let line = printed(&error);
    assert!(line.contains(fixture), "{line}");
    assert!(line.contains(says), "{line}");
    let given = error.hint().unwrap();
    assert!(given.contains(hint), "{line}: {given}");
}

#[test]
fn lists_without_machines_are_refused() {
    let rows = "one row for each machine";
    check("not-there.csv", None, "no such file", "check the path");
    check("empty.csv", None, "it is empty", rows);
    check("blank.csv", None, "it is empty", rows);
    check("header-only.csv", None, "a header but no rows", rows);
    check(
        "no-valid-id.csv",
        None,
        "no valid machine id in 2 rows; the first is on line 3: `not-an-id`",
        "column `Serial` contains machine ids",
    );
    check(
        "unclosed-quote.csv",
        None,
        "the row on line 3 has an unclosed quote",
        "close the quote",
    );
    check(
        "unclosed-header.csv",
        None,
        "the row on line 1 has an unclosed quote",
        "close the quote",
    );
}

#[test]
fn missing_id_column_lists_the_columns_found() {
    for (fixture, columns, hint) in [
        (
            "no-id-column.csv",
            "columns found: Hostname, Team",
            "40 hexadecimal characters; name its column with `--column NAME`",
        ),
        (
            "own-name.csv",
            "columns found: Kennung, Name",
            "column `Kennung` contains machine ids: add `--column \"Kennung\"`",
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
fn guids_are_recognised_as_another_kind_of_id() {
    let guid = "8F3C0B6E-5a41-4c0f-9d55-2f6f8f0c1a77";
    for (list, is_guid) in [
        (format!("id\n{guid}\n"), true),
        (format!("id\n{{{guid}}}\n"), true),
        (format!("{guid}\n"), true),
        (format!("Name,Entra device id\nweb,{guid}\n"), false),
        (format!("id\n{}\n", &guid[1..]), false),
        ("id\nhost-1-2-3-4\n".to_owned(), false),
    ] {
        let error = read_from(list.as_bytes(), "list", None).unwrap_err();
        let hint = error.hint().unwrap();
        assert_eq!(hint.contains("Entra device ids"), is_guid, "{list}: {hint}");
    }
}

#[test]
fn missing_requested_column_lists_the_columns_found() {
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
        "no header: remove `--column`",
    );
}

#[test]
fn folder_is_refused() {
    let error = read(&Source::from(file("samples")), None).unwrap_err();
    assert!(printed(&error).ends_with("a folder, not a file"), "{error}");
}

#[test]
fn excel_workbook_is_refused() {
    let error = read_from(&b"PK\x03\x04\x14\0"[..], "machines.xlsx", None).unwrap_err();
    assert_eq!(
        printed(&error),
        "machine list `machines.xlsx`: it is an Excel workbook, not CSV"
    );
    assert!(error.hint().unwrap().contains("CSV UTF-8"));
}

#[test]
fn read_error_is_reported_with_its_cause() {
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
        "machine list `-`: it cannot be read: the disk is gone"
    );

    // Beyond the part sniffed in advance, the csv crate reports the error.
    let long = format!("machineId\n{}", "x\n".repeat(90_000));
    let error = read_from(io::Read::chain(long.as_bytes(), Broken), "-", None).unwrap_err();
    assert!(
        printed(&error).ends_with("it cannot be read: the disk is gone"),
        "{error}"
    );
}

#[test]
fn dash_means_standard_input() {
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

/// The error of reading the list, and its hint. `α`, `β` and `γ` stand for ids.
fn refused(list: &str) -> (String, String) {
    let list = with_ids(list);
    let error = read_from(list.as_bytes(), "list", None)
        .err()
        .unwrap_or_else(|| panic!("read: {list}"));
    (printed(&error), error.hint().unwrap())
}

/// The text with an id for each Greek letter that stands for one.
fn with_ids(text: &str) -> String {
    let ids = [("α", "a"), ("β", "b"), ("γ", "c"), ("δ", "d")];
    let mut text = text.to_owned();
    for (letter, digit) in ids {
        text = text.replace(letter, &digit.repeat(40));
    }
    text
}

#[test]
fn several_ids_in_one_row_are_refused() {
    for (list, line) in [
        ("α,β,γ", 1),
        ("α;β\nγ;x", 1),
        ("α\nβ,γ", 2),
        ("α,web\nβ,γ", 2),
        ("α\nβ γ", 2),
        ("α γ", 1),
        ("\nα\tβ", 2),
        ("α,(β)", 1),
        ("α,host <β>", 1),
        ("α,https://example.com/machines/β/overview", 1),
        ("['α', 'β']\nγ", 1),
        ("\"α\", \"β\"", 1),
        ("“α”,“β”", 1),
        ("α\n\"β\nγ\"", 2),
        ("α\nβ and γ", 2),
        ("α\nβ/γ", 2),
        ("α\nβ|γ", 2),
        ("α\n[β][γ]", 2),
        ("α\nβ\u{a0}γ", 2),
        ("α\n\"β\\nγ\"", 2),
        // A header describes only its own columns.
        ("id\nα\nβ,γ", 3),
        ("id\nα\nβ;γ", 3),
        ("id\nα\n\"β, γ\"", 3),
        ("id,\nα,β", 2),
        ("id,name\nα,x,β", 2),
        ("id,name\nα β,x", 2),
        ("id,id\nα,β", 2),
        ("id,name\nγ,y\n[\"α\",\"β\"]", 3),
    ] {
        let (says, hint) = refused(list);
        let expected = format!("line {line} contains more than one machine id");
        assert!(says.contains(&expected), "{list:?}: {says}");
        assert!(hint.contains("write one id per line"), "{hint}");
    }
}

#[test]
fn ids_outside_the_id_column_are_refused() {
    for (list, line) in [
        ("α,web\nweb,β", 2),
        ("see (α)\nid,name\nβ,x", 1),
        ("α is one of:\nid\nβ", 1),
        ("id,see (β)\nα,x", 1),
    ] {
        let (says, hint) = refused(list);
        let expected = format!("line {line} has a machine id outside the id column");
        assert!(says.contains(&expected), "{list:?}: {says}");
        assert!(hint.contains("write one id per line"), "{hint}");
    }
}

#[test]
fn named_columns_may_hold_ids() {
    for (list, machines, invalid) in [
        ("id,parent\nα,β", 1, 0),
        ("SHA1,machineId,note\nβ,α,see γ and δ", 1, 0),
        ("id,mergedIntoMachineId\nα,β\nβ,", 2, 0),
        // The same machine twice in a row is not lost.
        ("α,α\nβ,https://example.com/machines/β", 2, 0),
        ("id,\nα,α", 1, 0),
        // Neither is one in a row that is reported as invalid.
        ("id,name\nα,x\nhost (β),x\nsmith, john,γ", 1, 2),
    ] {
        let inventory = read_from(with_ids(list).as_bytes(), "list", None).unwrap();
        assert_eq!(inventory.machines.len(), machines, "{list}");
        assert_eq!(inventory.rejected.len(), invalid, "{list}");
    }
}

#[test]
fn second_table_with_other_columns_is_refused() {
    for (list, line, columns) in [
        ("id,name\nα,x\nid,team\nβ,y", 3, "id, team"),
        ("id,name\nα,x\nid,name,team\nβ,y,z", 3, "id, name, team"),
        ("id,name\nα,x\nsite,Device ID\nBER,β", 3, "site, Device ID"),
        ("id,name\nα,x\n\nname,team,id\nx,y,β", 4, "name, team, id"),
        (
            "α\nβ\nDevice Name,Device ID\nx,γ",
            3,
            "Device Name, Device ID",
        ),
    ] {
        let (says, hint) = refused(list);
        let header = format!("the header on line {line} differs from the first: ");
        assert!(says.ends_with(&(header + columns)), "{list:?}: {says}");
        assert!(hint.contains("the same columns"), "{hint}");
    }
}

#[test]
fn json_is_refused_with_a_jq_command_in_the_hint() {
    for (list, query) in [
        ("[\"α\", \"β\"]", ".[]"),
        ("{\"value\":[{\"id\":\"α\"}]}", ".value[].id"),
        ("{\"DeviceId\":\"α\"}\n{\"DeviceId\":\"β\"}", ".DeviceId"),
    ] {
        let (says, hint) = refused(list);
        assert!(
            says.ends_with("it is JSON, not a list of machine ids"),
            "{says}"
        );
        assert!(hint.contains(&format!("jq -r '{query}'")), "{hint}");
    }
}

#[test]
fn endless_list_is_refused() {
    let id = format!("{}\n", "a".repeat(40));
    let quoted = format!("id,notes\n{id}{},\"", "b".repeat(40));
    for (start, repeated, says) in [
        ("", "\0", "the row on line 1 is longer than 1 MiB"),
        ("id\n", "a", "the row on line 2 is longer than 1 MiB"),
        (&quoted, "x\n", "the row on line 3 is longer than 1 MiB"),
        ("id\n", ",", "the row on line 2 is longer than 1 MiB"),
        (
            "id\n",
            "y\n",
            "no valid machine id in 100,000 rows; the first is on line 2: `y`",
        ),
    ] {
        let endless = start.bytes().chain(repeated.bytes().cycle());
        let error = read_from(Endless(endless), "list", None).unwrap_err();
        let printed = printed(&error);
        assert!(printed.ends_with(says), "{printed}");
        assert!(error.hint().is_some());
    }
}

/// A reader of an iterator of bytes.
struct Endless<Bytes>(Bytes);

impl<Bytes: Iterator<Item = u8>> io::Read for Endless<Bytes> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let places = buffer.iter_mut().zip(&mut self.0);
        Ok(places.map(|(place, byte)| *place = byte).count())
    }
}
