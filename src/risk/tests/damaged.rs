//! Feeds that are damaged, hostile, or something else: an error with its line, never a panic.

use proptest::prelude::*;

use super::{EPSS_CSV, KEV_JSON, MSRC_MONTH, epss, epss::gzip, kev, msrc};
use crate::risk::FeedProblem;

#[derive(Debug, Clone, Copy)]
enum Reader {
    Kev,
    Epss,
    Msrc,
}

use Reader::{Epss, Kev, Msrc};

fn problem(reader: Reader, text: &[u8]) -> Option<FeedProblem> {
    match reader {
        Kev => kev(text).err(),
        Epss => epss(text).err(),
        Msrc => {
            let text = String::from_utf8_lossy(text);
            msrc(&[&text]).err()
        }
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let csv = "cveID,dateAdded,dueDate\nCVE-2026-00001,2026-11-10,2026-12-01\n";
    // The second row begins on line 4.
    let quoted = "dueDate,notes,dateAdded,cveID\n2026-12-01,\"a \"\"note\"\"\n, still\",2026-11-10,CVE-2026-00001\n2026-12-02,b,2026-11-12,CVE-2026-00002\n";
    let html = "\n<!DOCTYPE html><html>";
    for (reader, text, expected) in [
        (Kev, String::new(), "it is empty"),
        (Kev, " \r\n".to_owned(), "it is empty"),
        (Kev, html.to_owned(), "it is HTML or XML, not the KEV catalogue"),
        (Epss, html.to_owned(), "it is HTML or XML, not EPSS scores"),
        (Msrc, html.to_owned(), "it is HTML or XML, not a month of MSRC"),
        (Kev, EPSS_CSV.replace('#', ""), "line 1: it has no column `cveID`"),
        (Kev, MSRC_MONTH.to_owned(), "line 18: missing field `dateReleased`"),
        (Msrc, KEV_JSON.to_owned(), "line 14: missing field `DocumentTracking`"),
        (Kev, KEV_JSON[..400].to_owned(), "line 9: it is truncated: the KEV catalogue ends too early"),
        (Kev, KEV_JSON.replace(": 2,", ": 3,"), "it has 2 entries, but says it has 3"),
        (Kev, KEV_JSON.replace("CVE-2025-29824", "CVE-25-1"), "line 11: `CVE-25-1` is not the id of a CVE"),
        (Kev, KEV_JSON.replace("2025-04-29", "soon"), "line 11: `soon` is not a date"),
        (Kev, KEV_JSON.replace("2026-11-25T", "2027-11-25T"), "its date, 2027-11-25, is in the future"),
        (Kev, "cveID,dateAdded,dueDate\n".to_owned(), "it has no entries"),
        (Kev, KEV_JSON.replace("CVE-2025-29824", "CVE-9999-29824"), "line 11: `CVE-9999-29824` is not the id of a CVE"),
        (Kev, csv.replace("2026-11-10,", "2026-11-10,\"a\nb\","), "line 2: it has 4 cells, but the header has 3; perhaps the file is cut"),
        (Kev, quoted.replace("2026-11-12", "12 Nov"), "line 4: `12 Nov` is not a date"),
        (Kev, "[]".to_owned(), "line 1: invalid length 0, expected struct Document with 3 elements"),
        (Kev, csv.replace("2026-12-01", "1/12"), "line 2: `1/12` is not a date"),
        (Kev, csv.replace(",2026-12-01", ""), "line 2: it has 2 cells, but the header has 3; perhaps the file is cut"),
        (Epss, EPSS_CSV.replace("0.89214", "1.2"), "line 4: `1.2` is not a probability from 0 to 1"),
        (Epss, EPSS_CSV.replace("0.89214", "NaN"), "line 4: `NaN` is not a probability from 0 to 1"),
        (Epss, EPSS_CSV.replace("0.89214", "-0.1"), "line 4: `-0.1` is not a probability from 0 to 1"),
        (Epss, EPSS_CSV.replace("CVE-2024-38063", "x\u{1b}y"), "line 4: `x y` is not the id of a CVE"),
        (Epss, EPSS_CSV.replace("CVE-2024-38063", "CVE-0000-0000"), "line 4: `CVE-0000-0000` is not the id of a CVE"),
        (Epss, KEV_JSON.to_owned(), "line 1: it has no column `cve`"),
        (Epss, EPSS_CSV.replace(",0.89214,0.99541\n", ",0.8"), "line 4: it has 2 cells, but the header has 3; perhaps the file is cut"),
        (Epss, EPSS_CSV.replace("2026-11-29T", "2026-12-29T"), "line 1: its date, 2026-12-29, is in the future"),
        (Epss, EPSS_CSV.replace("score_date", "date"), "line 1: it does not say its date"),
        (Epss, EPSS_CSV.replace(",epss,", ",score,"), "line 2: it has no column `epss`"),
        (Epss, "cve,epss\n".to_owned(), "it has no entries"),
        (Msrc, EPSS_CSV.to_owned(), "line 1: expected value"),
        (Msrc, MSRC_MONTH[..900].to_owned(), "line 12: it is truncated: a month of MSRC ends too early"),
        (Msrc, MSRC_MONTH.replace("2026-11-24", "2030-01-01"), "its date, 2030-01-01, is in the future"),
        (Msrc, MSRC_MONTH.replace("2026-11-10T08", "x"), "line 2: `x:00:00` is not a date"),
        (Msrc, r#"{"DocumentTracking":{"InitialReleaseDate":"2026-11-10","CurrentReleaseDate":"2026-11-10"},"Vulnerability":[]}"#.to_owned(), "it has no entries"),
    ] {
        let found = problem(reader, text.as_bytes()).map(|it| it.to_string());
        assert_eq!(found.as_deref(), Some(expected), "{reader:?}");
    }
}

#[test]
fn cut_and_damaged_gzip_is_an_error() {
    let packed = gzip(&EPSS_CSV.repeat(9).replace('#', ""));
    let cut = problem(Epss, &packed[..packed.len() - 12]).unwrap();
    assert_eq!(cut.to_string(), "it is truncated: the gzip data has no end");
    let mut damaged = gzip(EPSS_CSV);
    let last = damaged.len() - 6;
    damaged[last] ^= 0xff;
    let damaged = problem(Epss, &damaged).unwrap().to_string();
    assert!(damaged.starts_with("it cannot be read: "), "{damaged}");
}

#[test]
fn bomb_is_refused_before_it_fills_the_memory() {
    let row = "CVE-2026-00001,0.1,0.1                                                  \n";
    let bomb = gzip(&row.repeat((100 << 20) / row.len()));
    assert!(bomb.len() < 4 << 20);
    let found = problem(Epss, &bomb).unwrap().to_string();
    assert_eq!(found, "it is larger than 96 MiB");
}

#[test]
fn deeply_nested_json_is_an_error() {
    let nested = format!(r#"{{"vulnerabilities":{}"#, "[".repeat(100_000));
    assert!(problem(Kev, nested.as_bytes()).is_some());
    assert!(problem(Msrc, nested.as_bytes()).is_some());
}

#[test]
fn cve_with_many_products_takes_time_in_proportion() {
    let products: Vec<String> = (0..20_000).map(|it| format!("\"{it}\"")).collect();
    let products = products.join(",");
    let threat =
        format!(r#"{{"Type":3,"Description":{{"Value":"Low"}},"ProductID":[{products}]}}"#);
    let fix = |it| format!(r#"{{"Type":2,"Description":{{"Value":"{it}"}},"ProductID":["{it}"]}}"#);
    let fixes: Vec<String> = (1..5_000).map(fix).collect();
    let month = format!(
        r#"{{"DocumentTracking":{{"InitialReleaseDate":"2026-11-10","CurrentReleaseDate":"2026-11-10"}},
        "Vulnerability":[{{"CVE":"CVE-2026-0001","Threats":[{threat}],"Remediations":[{}]}}]}}"#,
        fixes.join(",")
    );
    let msrc = msrc(&[&month]).unwrap();
    assert!(
        msrc.get(4_999)
            .is_some_and(|it| it.scores[0].severity.is_some())
    );
}

/// The pieces that are inserted as damage.
const DAMAGE_PIECES: &[&str] = &[
    "\"", ",", "\n", "{", "}", "[", "]", "null", "-1", "1e999", "\u{0}", "é", ":", "#", "CVE-",
];

/// A feed in which some bytes were replaced, removed or repeated.
fn damaged(feed: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        0..feed.len(),
        0..12_usize,
        prop::sample::select(DAMAGE_PIECES),
    );
    prop::collection::vec(edit, 1..5).prop_map(move |edits| {
        let mut text = feed.as_bytes().to_vec();
        for (at, removed, piece) in edits {
            let at = at.min(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.bytes());
        }
        text
    })
}

proptest! {
    #[test]
    fn no_damage_is_a_panic(
        one in damaged(KEV_JSON), two in damaged(EPSS_CSV), three in damaged(MSRC_MONTH),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for text in [&one, &two, &three, &noise] {
            for reader in [Kev, Epss, Msrc] {
                if let Some(problem) = problem(reader, text) {
                    prop_assert!(problem.to_string().len() < 400, "{}", problem);
                }
            }
        }
        let packed = [&gzip(EPSS_CSV)[..20], &noise[..]].concat();
        prop_assert!(problem(Epss, &packed).is_some());
    }
}
