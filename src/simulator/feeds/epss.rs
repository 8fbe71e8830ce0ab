//! The EPSS scores.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use flate2::{Compression, write::GzEncoder};

use super::facts::Facts;
use crate::simulator::vulnerabilities::Cve;

/// The lowest and the highest score of a CVE by its exploitability, in hundred-thousandths.
const SCORES: [(&str, u64, u64); 4] = [
    ("NoExploit", 10, 900),
    ("ExploitIsPublic", 500, 20_000),
    ("ExploitIsVerified", 10_000, 60_000),
    ("ExploitIsInKit", 50_000, 97_000),
];

pub(super) fn document(facts: &Facts<'_>) -> Vec<u8> {
    let mut text = format!(
        "#model_version:v2025.03.14,score_date:{}T00:00:00Z\ncve,epss,percentile\n",
        facts.today
    );
    for cve in facts.cves().into_keys() {
        let score = score(cve);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{cve},0.{score:05},0.{:05}",
            99_999.min(score + 2_000)
        );
    }
    packed(&text).unwrap_or_default()
}

/// The score in hundred-thousandths.
fn score(cve: Cve) -> u64 {
    let rating = cve.rating();
    let mut scores = SCORES.iter();
    let found = scores.find(|(word, ..)| *word == rating.exploitability);
    let (_, least, most) = found.copied().unwrap_or(SCORES[0]);
    least + (cve.drawn() >> 3) % (most - least)
}

fn packed(text: &str) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes())?;
    packed.finish()
}
