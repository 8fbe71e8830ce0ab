use super::{id, read_file, read_fixture};
use crate::inventory::{Cells, InventoryMachine, RejectedRow};

/// The expected inventory of a fixture.
struct Expected {
    fixture: &'static str,
    column: Option<&'static str>,
    columns: &'static [&'static str],
    machines: Vec<Machine>,
    duplicates: u64,
    rejected: Vec<(u64, String)>,
}

/// The digit that the id repeats, the line, the other cells.
type Machine = (char, u32, &'static [&'static str]);

impl Expected {
    fn check(&self) {
        let inventory = read_fixture(self.fixture, self.column).unwrap();
        let fixture = self.fixture;
        let machines = self.machines.iter().map(|&(digit, line, _)| {
            let id = id(digit);
            InventoryMachine { id, line }
        });
        let cells: Cells = self.machines.iter().map(|&(.., cells)| cells).collect();
        let rejected = self.rejected.iter().map(|(line, input)| RejectedRow {
            line: *line,
            input: input.clone(),
        });
        assert_eq!(inventory.columns, self.columns, "{fixture}");
        assert_eq!(
            inventory.machines,
            machines.collect::<Vec<_>>(),
            "{fixture}"
        );
        assert_eq!(inventory.cells, cells, "{fixture}");
        assert_eq!(inventory.duplicates, self.duplicates, "{fixture}");
        assert_eq!(
            inventory.rejected,
            rejected.collect::<Vec<_>>(),
            "{fixture}"
        );
        assert!(inventory.file.ends_with(fixture), "{fixture}");
    }
}

fn expected(
    fixture: &'static str,
    columns: &'static [&'static str],
    machines: impl Into<Vec<Machine>>,
) -> Expected {
    Expected {
        fixture,
        column: None,
        columns,
        machines: machines.into(),
        duplicates: 0,
        rejected: Vec::new(),
    }
}

#[test]
fn every_encoding_and_delimiter_is_read_alike() {
    for (fixture, first_line) in [
        ("utf8-bom.csv", 2),
        ("utf16-be.csv", 2),
        ("utf16-le-no-bom.csv", 2),
        ("utf16-be-no-bom.csv", 2),
        ("windows-1252-semicolon.csv", 2),
        ("tab.tsv", 2),
        ("separator-line.csv", 3),
        ("crlf.csv", 2),
        ("carriage-returns.csv", 2),
        ("no-last-line-end.csv", 2),
    ] {
        let machines: [Machine; 2] = [
            ('a', first_line, &["web-01", "red"]),
            ('b', first_line + 1, &["Größe 9", "blue"]),
        ];
        expected(fixture, &["Name", "Team"], machines).check();
    }
}

#[test]
fn mixed_encodings_are_read_cell_by_cell() {
    let fleet: [Machine; 2] = [('a', 2, &["web-01", "red"]), ('b', 3, &["Größe 9", "blue"])];
    for (fixture, last) in [
        ("mixed-encodings.csv", ('c', 4, &["Größe 10", "€"][..])),
        ("joined.csv", ('c', 4, &["db", "red"])),
    ] {
        let machines = [&fleet[..], &[last]].concat();
        expected(fixture, &["Name", "Team"], machines).check();
    }
}

#[test]
fn quotes_and_blank_lines_keep_line_numbers_correct() {
    expected(
        "quoted.csv",
        &["Name", "Notes; more"],
        [
            ('a', 2, &["web \"one\", main", "first\nsecond\r\nthird"][..]),
            ('b', 5, &["db,1", ""]),
        ],
    )
    .check();
    expected(
        "blank-lines.csv",
        &["Name"],
        [('a', 5, &["web-01"][..]), ('b', 9, &[""])],
    )
    .check();
}

#[test]
fn ragged_rows_are_padded_or_cut() {
    Expected {
        rejected: vec![(5, "nonsense".to_owned())],
        ..expected(
            "ragged.csv",
            &["Name", "Team"],
            [
                ('a', 2, &["", ""][..]),
                ('b', 3, &["web", "red"]),
                ('c', 4, &["db", "blue"]),
            ],
        )
    }
    .check();
}

#[test]
fn empty_columns_are_dropped() {
    expected(
        "trailing-delimiters.csv",
        &["Name", "column4"],
        [('a', 2, &["web", "x"][..]), ('b', 3, &["db", ""])],
    )
    .check();
}

#[test]
fn each_row_is_a_machine_a_duplicate_or_rejected() {
    Expected {
        duplicates: 1,
        rejected: vec![
            (6, "2339ad14-a01b-d029-9afb-93dfa2550136".to_owned()),
            (7, String::new()),
            (8, "d".repeat(41)),
            (9, "bad\\u{1b}[2J\nid".to_owned()),
        ],
        ..expected(
            "duplicates-and-rejects.csv",
            &["Name"],
            [
                ('a', 2, &["web-01"][..]),
                ('b', 4, &["apostrophe"]),
                ('c', 5, &["formula"]),
                ('e', 11, &["last"]),
            ],
        )
    }
    .check();
}

#[test]
fn missing_header_is_accepted() {
    Expected {
        rejected: vec![(3, "nonsense".to_owned())],
        ..expected(
            "no-header-columns.csv",
            &["column1", "column3"],
            [('a', 1, &["web-01", "red"][..]), ('b', 2, &["db-01", ""])],
        )
    }
    .check();
    Expected {
        rejected: vec![(1, "# our fleet".to_owned())],
        ..expected(
            "ids-first-invalid.txt",
            &[],
            [('a', 2, &[][..]), ('b', 3, &[])],
        )
    }
    .check();
}

#[test]
fn lines_above_the_header_are_skipped() {
    for (fixture, column) in [
        ("type-line.csv", None),
        ("type-line.csv", Some("id")),
        ("type-line-utf16.csv", None),
        ("preamble.csv", None),
        ("preamble.csv", Some("\"device id\"")),
        ("comments.csv", None),
        ("sep-and-title.csv", None),
    ] {
        let inventory = read_fixture(fixture, column).unwrap();
        let ids: Vec<_> = inventory.machines.iter().map(|it| it.id).collect();
        assert_eq!(ids, [id('a'), id('b')], "{fixture}");
        assert_eq!(inventory.rows(), 2, "{fixture}");
        assert_eq!(inventory.columns.len(), 1, "{fixture}");
        assert!(inventory.cells.row(1).eq(["db-01"]), "{fixture}");
    }
    for column in [None, Some("ID")] {
        let inventory = read_fixture("type-line-one-column.csv", column).unwrap();
        assert_eq!((inventory.rows(), inventory.machines.len()), (2, 2));
    }
}

#[test]
fn joined_lists_are_read_as_one() {
    for fixture in ["joined-exports.csv", "joined-orders.csv"] {
        Expected {
            duplicates: 1,
            rejected: vec![(7, "not an id".to_owned())],
            ..expected(
                fixture,
                &["Device Name", "Group"],
                [
                    ('a', 5, &["web-01", "red"][..]),
                    ('b', 6, &["db-01", "blue"]),
                    ('c', 12, &["app-01", "red"]),
                ],
            )
        }
        .check();
    }
}

#[test]
fn invisible_characters_are_ignored() {
    Expected {
        rejected: vec![
            (6, format!("{}\\u{{ff11}}", "e".repeat(39))),
            (7, "a\\u{200b}b\\u{200b}".to_owned()),
        ],
        ..expected(
            "unseen.csv",
            &["Name"],
            [
                ('a', 2, &["left-to-right"][..]),
                ('b', 3, &["isolates"]),
                ('c', 4, &["soft hyphens"]),
                ('d', 5, &["within"]),
            ],
        )
    }
    .check();
}

#[test]
fn id_column_is_found_among_others() {
    expected(
        "collisions.csv",
        &[
            "input.input.Status",
            "input.status",
            "DeviceId",
            "input.rank",
        ],
        [('a', 2, &["ok", "x", FFFF, "7"][..])],
    )
    .check();
    expected(
        "entra-id-first.csv",
        &["AadDeviceId", "deviceId"],
        [(
            'a',
            2,
            &["2339ad14-a01b-d029-9afb-93dfa2550136", "b2b5"][..],
        )],
    )
    .check();
    expected("titles.csv", &["Device Name"], [('a', 5, &["web-01"][..])]).check();
    Expected {
        column: Some("KENNUNG"),
        ..expected("own-name.csv", &["Name"], [('a', 2, &["web-01"][..])])
    }
    .check();
    Expected {
        column: Some("DeviceId"),
        ..expected(
            "collisions.csv",
            &[
                "input.machineId",
                "input.input.Status",
                "input.status",
                "input.rank",
            ],
            [('f', 2, &[AAAA, "ok", "x", "7"][..])],
        )
    }
    .check();
}

const AAAA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const FFFF: &str = "ffffffffffffffffffffffffffffffffffffffff";

#[test]
fn samples_contain_the_same_fleet() {
    let fleet = read_file("samples/machines.csv", None).unwrap();
    assert_eq!(fleet.columns, ["DeviceName", "team"]);
    assert_eq!(fleet.rows(), 12);
    let cells = fleet.cells.row(8);
    assert!(cells.eq(["srv-db-01.contoso.com", "databases"]));

    for (sample, columns, first_line) in [
        ("samples/machines-portal-export.csv", 19, 2),
        ("samples/machines-excel-unicode.txt", 3, 2),
        ("samples/ids.txt", 0, 1),
    ] {
        let inventory = read_file(sample, None).unwrap();
        assert_eq!(inventory.rows(), 12, "{sample}");
        assert_eq!(inventory.columns.len(), columns, "{sample}");
        let lines = inventory.machines.iter().map(|machine| machine.line);
        assert!(lines.eq(first_line..first_line + 12), "{sample}");
        let ids = inventory.machines.iter().map(|machine| machine.id);
        assert!(
            ids.eq(fleet.machines.iter().map(|machine| machine.id)),
            "{sample}"
        );
    }
}

#[test]
fn cells_of_portal_and_excel_samples_are_kept() {
    let portal = read_file("samples/machines-portal-export.csv", None).unwrap();
    assert_eq!(portal.columns[0], "Device Name");
    assert_eq!(portal.columns[18], "AAD Device Id");
    let tags = portal.cells.row(0).nth(9);
    assert_eq!(tags, Some("[\"pilot\",\"finance\"]"));

    let excel = read_file("samples/machines-excel-unicode.txt", None).unwrap();
    assert_eq!(excel.columns, ["DeviceName", "team", "site"]);
    let cells = excel.cells.row(3);
    assert!(cells.eq(["FIN-LT-04", "finance", "Łódź"]));
}
