//! CISA's catalogue of known exploited vulnerabilities.

mod csv;
mod json;

use std::{collections::HashMap, io::Read};

use foldhash::fast::RandomState;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    date::not_in_future,
    error::{FeedProblem, Problem},
    text,
};
use crate::domain::cve::CveId;

/// The maximum number of entries. The catalogue had about 1,500 after four years.
const MAX_ENTRIES: usize = 1_000_000;

/// The entry of a CVE in the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KevEntry {
    /// The date by which federal agencies have to close it.
    pub due: Option<Date>,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

/// The catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kev {
    /// When it was released; for a CSV file, which has no such date, when the latest entry was added.
    pub date: Date,
    entries: HashMap<CveId, KevEntry, RandomState>,
}

impl Kev {
    /// Reads the catalogue as CISA publishes it, JSON or CSV.
    pub fn read(input: impl Read, now: Timestamp) -> Result<Self, FeedProblem> {
        let text = text::read(input, "the KEV catalogue")?;
        let kev = if text::is_json(&text) {
            json::read(&text)?
        } else {
            csv::read(&text)?
        };
        not_in_future(kev.date, now)?;
        if kev.entries.is_empty() {
            return Err(Problem::NoEntries.into());
        }
        Ok(kev)
    }

    /// The entry of a CVE; `None` if the CVE is not known to be exploited.
    pub fn get(&self, cve: CveId) -> Option<KevEntry> {
        self.entries.get(&cve).copied()
    }

    /// The number of its CVEs.
    pub fn cve_count(&self) -> u64 {
        self.entries.len() as u64
    }
}

/// The entries read so far. If a CVE occurs twice, the earlier date and the worse use count.
#[derive(Debug, Default)]
struct Entries(HashMap<CveId, KevEntry, RandomState>);

impl Entries {
    fn add(&mut self, cve: CveId, entry: KevEntry) -> Result<(), Problem> {
        if self.0.len() >= MAX_ENTRIES {
            return Err(Problem::TooManyRows(MAX_ENTRIES));
        }
        let known = self.0.entry(cve).or_insert(entry);
        known.ransomware |= entry.ransomware;
        known.due = [known.due, entry.due].into_iter().flatten().min();
        Ok(())
    }
}

/// Whether a text states that ransomware is known to use it.
fn is_ransomware(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("known")
}
