use jiff::Timestamp;

use super::*;
use crate::domain::software::{SoftwareInventory, SoftwareRows, Windows};

const ID: &str = "0f3c5a7e9b1d2f4a6c8e0a2b4c6d8e0f1a3b5c7d";

fn lines(text: &str) -> SoftwareRows {
    let mut rows = SoftwareRows::default();
    for line in text.lines() {
        rows.add_line(line.as_bytes());
    }
    rows
}

fn inventory(rows: SoftwareRows) -> SoftwareInventory {
    rows.finish(Timestamp::UNIX_EPOCH)
}

#[test]
fn files_and_pages_give_the_same_inventory() {
    let page = format!(
        r#"{{"@odata.context":"x","value":[
        {{"deviceId":"{ID}","rbacGroupName":"Laptops","osPlatform":"Windows10","softwareVendor":"microsoft","softwareName":"windows_10","softwareVersion":"10.0.17763.1637","numberOfWeaknesses":58,"diskPaths":[],"registryPaths":["a\\b"],"endOfSupportStatus":"EOS Version","endOfSupportDate":"2021-05-11T00:00:00+00:00"}},
        {{"deviceId":"{ID}","osPlatform":"Windows10","softwareVendor":"google","softwareName":"chrome","softwareVersion":"141.0","endOfSupportStatus":null}}],
        "@odata.nextLink":"/next"}}"#
    );
    let file = format!(
        "{{\"SoftwareVersion\":\"10.0.17763.1637\",\"SoftwareName\":\"windows_10\",\"EndOfSupportDate\":\"2021-05-11T00:00:00+00:00\",\"EndOfSupportStatus\":\"EOS Version\",\"SOFTWAREVENDOR\":\"Microsoft\",\"OSPlatform\":\"Windows10\",\"New\":{{\"x\":[1]}},\"DeviceId\":\"{}\"}}\r\n\
         {{\"DeviceId\":\"{ID}\",\"SoftwareVendor\":\"google\",\"SoftwareName\":\"chrome\"}}",
        ID.to_uppercase()
    );
    let page = rows::<SoftwareRows>(page.as_bytes()).unwrap();
    assert_eq!(page.next.as_deref(), Some("/next"));
    let rows = lines(&file);
    assert_eq!(
        (
            rows.counts.rows,
            rows.counts.unreadable,
            page.items.counts.rows
        ),
        (2, 0, 2),
        "{rows:?}"
    );
    let inventory = inventory(rows);
    let expected = Windows {
        build: "10.0.17763.1637".into(),
        support_status: "EOS Version".into(),
        support_ends: Some(jiff::civil::date(2021, 5, 11)),
    };
    let set = inventory.of(ID.parse().unwrap()).unwrap();
    assert_eq!(set.windows, Some(expected));
    assert_eq!(inventory.versions.len(), 1);
    assert_eq!(super::tests::inventory(page.items), inventory);
}

#[test]
fn unreadable_rows_are_counted_with_an_example() {
    let row = |id: &str, name: &str| {
        format!(r#"{{"DeviceId":"{id}","SoftwareVendor":"microsoft","SoftwareName":"{name}"}}"#)
    };
    let long = "x".repeat(1001);
    for (line, expected) in [
        (
            "not JSON".to_owned(),
            "row 1, `not JSON`: expected ident at line 1 column 2",
        ),
        ("[]".to_owned(), "row 1, `[]`: invalid type"),
        (row("7", "edge"), "row 1: `7` is not a machine id"),
        (
            row("\\u001b", "edge"),
            "row 1: `\\u{1b}` is not a machine id",
        ),
        (row(ID, " "), "row 1: it has no `softwareName`"),
        (row(ID, &long), "row 1: it has a text that is too long"),
        (row(ID, "edge").replace('}', ""), "row 1, `{\"Dev"),
    ] {
        let rows = lines(&line);
        assert_eq!(rows.counts.unreadable, 1, "{line}");
        let example = rows.counts.example.unwrap();
        assert!(
            example
                .replace('\\', "")
                .starts_with(&expected.replace('\\', "")),
            "{example}"
        );
    }
    let rows = lines(&format!("{}\n{}\nx\ny", row(ID, "edge"), row(ID, "office")));
    assert_eq!((rows.counts.rows, rows.counts.unreadable), (4, 2));
    assert!(rows.counts.example.unwrap().starts_with("row 3"));
}

#[test]
fn texts_with_escapes_and_numbers_are_read() {
    let line = format!(
        r#"{{"deviceid":"{ID}","softwarevendor":"m\u0069crosoft","softwarename":"office","softwareversion":16,"osplatform":null}}"#
    );
    let inventory = inventory(lines(&line));
    assert_eq!(&*inventory.versions[0].version, "16");
    assert_eq!(&*inventory.sets[0].platform, "");
}

#[test]
fn page_without_rows_is_not_an_empty_one() {
    for body in [
        "",
        "<html>",
        "{}",
        "[]",
        r#"{"error":{},"value":[]}"#,
        r#"{"value":[7]}"#,
    ] {
        assert!(rows::<SoftwareRows>(body.as_bytes()).is_err(), "{body}");
    }
    let page = rows::<SoftwareRows>(br#"{"value":[]}"#).unwrap();
    assert!(page.items.is_empty() && page.next.is_none());
}
