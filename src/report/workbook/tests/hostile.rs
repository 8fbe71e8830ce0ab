//! Text from outside stays text.

use calamine::{Data, Reader};
use proptest::prelude::*;

use super::{
    super::MOST_ROWS,
    cells::compare,
    read::{open, packed, parts, rows},
};
use crate::report::{fixture::Fixture, tests::hostile::full_of};

/// Asserts that there are no formulas and macros, that only KBs have links, and that every part is XML.
fn assert_harmless(fixture: &Fixture) {
    for [name, text] in parts(&packed(fixture, MOST_ROWS)) {
        let unfit =
            |it: char| it < ' ' && !"\t\n\r".contains(it) || "\u{fffe}\u{ffff}".contains(it);
        assert!(!text.contains(unfit), "{name}");
        assert!(!name.contains("vba"), "{name}");
        if name.starts_with("xl/worksheets/sheet") {
            assert!(!text.contains("<f>") && !text.contains("<f "), "{name}");
        }
        for target in text.split("relationships/hyperlink\" Target=\"").skip(1) {
            // The plan on Summary, and KBs.
            let is_expected =
                ["sheet1", "sheet2"].map(|it| format!("xl/worksheets/_rels/{it}.xml.rels"));
            assert!(is_expected.contains(&name), "{name}");
            assert!(target.starts_with("https://"), "{target}");
        }
    }
}

#[test]
fn hostile_text_stays_text() {
    let (long, too_long) = ("€".repeat(10_000), "x".repeat(40_000));
    for text in [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "{=1+1}",
        "'=1",
        "0123",
        "1e5",
        "TRUE",
        "http://evil.example/",
        "https://evil.example/\u{202e}",
        "mailto:x@evil.example",
        "internal:About!A1",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "<b>&amp;\"'",
        "]]>",
        "abc\u{202e}txt.exe",
        "_x0041_",
        "two\r\nlines",
        " spaces ",
        "\t=1",
        "\u{0}\u{1b}[31mred\u{7f}\u{85}",
        "\u{fffe}\u{ffff}",
        &long,
        &too_long,
    ] {
        let fixture = full_of(text);
        assert!(compare(&fixture) > 50, "{text}");
        assert_harmless(&fixture);
    }
}

#[test]
fn only_kb_urls_are_links() {
    let links = |fixture: &Fixture| {
        let parts = parts(&packed(fixture, MOST_ROWS));
        let links = parts
            .iter()
            .flat_map(|[_, text]| text.matches("relationships/hyperlink\""));
        links.count()
    };
    assert_eq!(links(&Fixture::small()), 2);
    assert_harmless(&Fixture::small());
    assert_eq!(links(&full_of("https://catalog.example/?q=1")), 4);
    assert_eq!(links(&full_of("http://catalog.example/?q=1")), 2);
}

#[test]
fn columns_of_the_list_have_distinct_names() {
    for columns in [
        ["", ""],
        ["KBs", "kbs"],
        ["a", "A"],
        ["Status", "RANK"],
        ["x\ny", "x y"],
    ] {
        let mut fixture = Fixture::small();
        fixture.inventory.columns = columns.map(str::to_owned).into();
        compare(&fixture);
        let mut book = open(&fixture);
        let header = rows(&mut book, "Machines").remove(0);
        let folded = |cell: &Data| cell.to_string().to_lowercase();
        let mut names: Vec<String> = header.iter().map(folded).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 12, "{columns:?}");
        assert_eq!(book.sheet_names().len(), 7);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_text_stays_text(text in "(\\PC|\\pC|[=+@\\-\t\r\n\"<&_x0;'\u{202e}]){0,12}") {
        let fixture = full_of(&text);
        compare(&fixture);
        assert_harmless(&fixture);
    }
}
