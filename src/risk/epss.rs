//! EPSS: the probability that each CVE is exploited within 30 days.

use std::{fmt, io::Read};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    cve::real_cve,
    date::{date, not_in_future},
    error::{FeedProblem, Problem},
    table::Table,
    text,
};
use crate::domain::cve::CveId;

/// The maximum number of rows. EPSS had about 300,000 in 2026.
const MAX_ROWS: usize = 4_000_000;

/// The number of units in 1.
const BILLIONTHS: u32 = 1_000_000_000;

/// A probability from 0 to 1, in billionths: EPSS publishes up to nine digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Probability(u32);

impl Probability {
    /// The probability in a text such as `0.89214` or `9e-05`.
    fn from_text(text: &str) -> Option<Self> {
        let number: f64 = text.parse().ok()?;
        // NaN is in no range.
        (0.0..=1.0).contains(&number).then(|| Self::rounded(number))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to 1 is at most a billion billionths"
    )]
    fn rounded(number: f64) -> Self {
        Self((number * f64::from(BILLIONTHS)).round() as u32)
    }

    pub(crate) const fn billionths(self) -> u32 {
        self.0
    }

    /// The probability as a number.
    pub fn number(self) -> f64 {
        f64::from(self.0) / f64::from(BILLIONTHS)
    }
}

/// With all its digits: `0.89214`.
impl fmt::Display for Probability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:09}", self.0 % BILLIONTHS);
        let whole = self.0 / BILLIONTHS;
        match digits.trim_end_matches('0') {
            "" => write!(formatter, "{whole}"),
            digits => write!(formatter, "{whole}.{digits}"),
        }
    }
}

/// The probabilities of all CVEs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epss {
    /// The date of the scores; `None` if the file lacks its first line.
    pub date: Option<Date>,
    /// Sorted by CVE, without duplicates.
    scores: Vec<(CveId, Probability)>,
}

impl Epss {
    /// Reads `epss_scores-current.csv`, plain or gzip.
    pub fn read(input: impl Read, now: Timestamp) -> Result<Self, FeedProblem> {
        let text = text::read(input, "EPSS scores")?;
        let (comment, text) = comment(&text);
        let date = comment.and_then(score_date);
        if let Some(date) = date {
            not_in_future(date, now).map_err(|problem| problem.on(1))?;
        } else if comment.is_some() {
            return Err(Problem::NoDate.on(1));
        }
        let mut scores = rows(text, u64::from(comment.is_some()))?;
        // If a CVE occurs twice, the higher score counts.
        scores.sort_unstable_by(|one, other| (one.0, other.1).cmp(&(other.0, one.1)));
        scores.dedup_by_key(|it| it.0);
        scores.shrink_to_fit();
        Ok(Self { date, scores })
    }

    /// The probability of a CVE, if it has one.
    pub fn get(&self, cve: CveId) -> Option<Probability> {
        let found = self.scores.binary_search_by_key(&cve, |it| it.0);
        found.ok().map(|at| self.scores[at].1)
    }

    /// Whether the scores are valid: sorted, without duplicates.
    pub(super) fn is_sound(&self) -> bool {
        self.scores.is_sorted_by(|one, other| one.0 < other.0)
    }

    /// The number of its CVEs.
    pub fn cve_count(&self) -> u64 {
        self.scores.len() as u64
    }
}

/// The first line if it is a comment, and the rest.
fn comment(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    if !text.starts_with(b"#") {
        return (None, text);
    }
    let end = text.iter().position(|it| *it == b'\n');
    let end = end.map_or(text.len(), |at| at + 1);
    (Some(&text[..end]), &text[end..])
}

/// The date in `#model_version:v2025.03.14,score_date:2026-09-13T00:00:00Z`.
fn score_date(comment: &[u8]) -> Option<Date> {
    let comment = str::from_utf8(comment).ok()?;
    let mut parts = comment.trim_start_matches('#').split(',');
    parts.find_map(|part| date(part.trim().strip_prefix("score_date:")?))
}

fn rows(text: &[u8], lines_before: u64) -> Result<Vec<(CveId, Probability)>, FeedProblem> {
    let mut table = Table::new(text, lines_before)?;
    let cve = table.column("cve")?;
    let epss = table.column("epss")?;
    let mut scores = Vec::new();
    while let Some(row) = table.next()? {
        if scores.len() >= MAX_ROWS {
            return Err(Problem::TooManyRows(MAX_ROWS).on(row.line));
        }
        let cve = row.parsed(cve, "the id of a CVE", real_cve)?;
        let expected = "a probability from 0 to 1";
        let score = row.parsed(epss, expected, Probability::from_text)?;
        scores.push((cve, score));
    }
    if scores.is_empty() {
        return Err(Problem::NoEntries.into());
    }
    Ok(scores)
}
