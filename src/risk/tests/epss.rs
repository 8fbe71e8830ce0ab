//! EPSS scores, plain and packed.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::{EPSS_CSV, cve, epss};
use crate::domain::cve::CveId;

pub(super) fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn shown(text: &str, id: &str) -> Option<String> {
    epss(text).unwrap().get(cve(id)).map(|it| it.to_string())
}

#[test]
fn plain_and_packed_say_the_same() {
    let plain = epss(EPSS_CSV).unwrap();
    assert_eq!(plain, epss(gzip(EPSS_CSV)).unwrap());
    assert_eq!(plain.date.unwrap().to_string(), "2026-11-29");
    assert_eq!(plain.cve_count(), 2);
    assert_eq!(shown(EPSS_CSV, "CVE-2024-38063").unwrap(), "0.89214");
    assert_eq!(shown(EPSS_CSV, "CVE-2024-38064"), None);
}

#[test]
fn date_is_read_in_every_form_that_was_published() {
    for written in ["2026-11-29T00:00:00+0000", "2026-11-29"] {
        let text = EPSS_CSV.replace("2026-11-29T00:00:00Z", written);
        let date = epss(text).unwrap().date.unwrap();
        assert_eq!(date.to_string(), "2026-11-29");
    }
    let (_, without) = EPSS_CSV.split_once('\n').unwrap();
    assert_eq!(epss(without).unwrap().date, None);
}

#[test]
fn scores_are_shown_with_the_digits_that_they_have() {
    for (written, expected) in [
        ("0", "0"),
        ("1", "1"),
        ("1.0", "1"),
        ("0.5000", "0.5"),
        ("0.000430000", "0.00043"),
        ("9e-05", "0.00009"),
        ("0.123456789", "0.123456789"),
    ] {
        let text = format!("percentile,EPSS,cve\n0.1,{written},CVE-2026-00001\n");
        assert_eq!(shown(&text, "CVE-2026-00001").unwrap(), expected);
    }
}

proptest! {
    #[test]
    fn the_highest_score_of_each_cve_counts(
        rows in prop::collection::vec((0..9_u32, 0..=100_000_u32), 1..40),
    ) {
        let row = |(id, score): &(u32, u32)| {
            format!("CVE-2026-{id:05},{},0\n", f64::from(*score) / 100_000.0)
        };
        let text: Vec<String> = rows.iter().map(row).collect();
        let text = format!("cve,epss,percentile\n{}", text.concat());
        let epss = epss(text).unwrap();
        for id in 0..9 {
            let cve: CveId = cve(&format!("CVE-2026-{id:05}"));
            let expected = rows.iter().filter(|it| it.0 == id).map(|it| it.1).max();
            let found = epss.get(cve).map(|it| it.to_string().parse::<f64>().unwrap());
            prop_assert_eq!(found, expected.map(|it| f64::from(it) / 100_000.0));
        }
    }
}
