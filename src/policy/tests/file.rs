//! Parses files of exceptions.

use std::{fs, path::Path};

use crate::{
    domain::kb::KbId,
    inventory::read_table_from,
    policy::exceptions::{
        Exception, ExceptionsProblem,
        file::{exceptions, read},
    },
};

const ID: &str = "2339ad14a01bd0299afb93dfa2550136057bff96";
const HEADER: &str = "kbId,machineId,group,tag,until,by,reason\n";

fn parsed(text: &str) -> Result<Vec<Exception>, ExceptionsProblem> {
    exceptions(&read_table_from(text.as_bytes(), "kbId")?)
}

fn refused(text: &str) -> String {
    parsed(text).unwrap_err().to_string()
}

#[test]
fn every_shape_of_a_list_is_read() {
    let expected = vec![
        Exception {
            line: 3,
            kb: Some(KbId::new("5059339")),
            machine: ID.parse().ok(),
            group: None,
            tag: None,
            until: "2026-12-31".parse().ok(),
        },
        Exception {
            line: 5,
            kb: None,
            machine: None,
            group: Some("servers, eu".to_owned()),
            tag: Some("vip".to_owned()),
            until: None,
        },
    ];
    let upper = ID.to_uppercase();
    for text in [
        format!(
            "{HEADER}\nKB5059339,{ID},,,2026-12-31,Ann,test\n\n,,\"Servers, EU\",VIP,,,\"a \"\"b\"\"\"\n"
        ),
        format!(
            "\u{feff}Reason;By;Until;Tag;GROUP;Machine ID;KB-Id\r\n\r\n;;2026-12-31;;; '{upper}';kb5059339 \r\n\r\n;;;vip;Servers, EU;;\r\n"
        ),
        format!(
            "kb_id\tmachine_id\tgroup\ttag\tuntil\n\n5059339\t\"{ID}\"\t\t\t2026-12-31\n\n\t\tSERVERS, EU\tvip\t"
        ),
    ] {
        assert_eq!(parsed(&text).unwrap(), expected, "{text}");
    }
    assert_eq!(parsed(HEADER).unwrap(), []);
}

#[test]
fn anything_ambiguous_is_an_error_with_its_line() {
    for (rows, expected) in [
        (
            "x5059339,,,,,,",
            "line 2: kbId: `x5059339` is not the number of a KB",
        ),
        ("KB,,,,,,", "line 2: kbId: `KB` is not the number of a KB"),
        (
            "1,,,,,,\n\n1,2339ad,,,,,",
            "line 4: machineId: `2339ad` is not a machine id",
        ),
        (
            "1,,,,31.12.2026,,",
            "line 2: until: `31.12.2026` is not a date such as 2026-12-31",
        ),
        (
            "1,,,,2026-02-30,,",
            "line 2: until: `2026-02-30` is not a date such as 2026-12-31",
        ),
        (
            "1,,,,20261231,,",
            "line 2: until: `20261231` is not a date such as 2026-12-31",
        ),
        (
            ",,,,2026-12-31,me,all",
            "line 2: it names no KB, machine, group or tag, so it would accept every gap",
        ),
        ("1", "line 2: it has 1 cell, but the header has 7"),
        (
            "1,,,,,Ann,because, well",
            "line 2: it has 8 cells, but the header has 7",
        ),
    ] {
        assert_eq!(refused(&format!("{HEADER}{rows}\n")), expected);
    }
    let long = format!("{HEADER}\u{1b}[31m{},,,,,,\n", "x".repeat(80));
    assert!(refused(&long).contains("`\\u{1b}[31mxxx"), "{long}");
    for (header, expected) in [
        ("kbId,machine\n1,\n", "unknown column `machine`"),
        ("kbId,ticket\n1,2\n", "unknown column `ticket`"),
        ("kbId,KB ID\n1,2\n", "the column `kbId` is there twice"),
        ("machineId,until\n", "no column `kbId`"),
        ("", "it is empty"),
        ("<html>\n", "no column `kbId`"),
    ] {
        let message = refused(header);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn error_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accepted.csv");
    let message = |path: &Path| crate::domain::text::chain(&read(path).unwrap_err());
    assert!(message(&path).contains("accepted.csv`: no such file"));
    fs::write(&path, format!("{HEADER}1,,,,soon,,\n")).unwrap();
    let message = message(&path);
    assert!(
        message.ends_with("accepted.csv`: line 2: until: `soon` is not a date such as 2026-12-31"),
        "{message}"
    );
    assert!(read(&path).unwrap_err().hint().contains("kbId"));
    fs::write(&path, format!("{HEADER}1,,,,,,\n")).unwrap();
    assert_eq!(read(&path).unwrap().all.len(), 1);
}
