//! Microsoft's security updates as MSRC publishes them: a CVRF document for each month.
//!
//! - `document`: the parts of a document that count
//! - `scores`: how severe a CVE is in each product
//! - `month`: from a document to KBs

mod document;
mod month;
mod scores;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Read,
};

use foldhash::fast::RandomState;
use jiff::{Timestamp, civil::Date};

use super::{
    date::not_in_future,
    error::{FeedProblem, Problem},
    json, text,
};
use crate::domain::{
    cve::{CveId, Severity},
    kb::KbId,
    words::words,
};

use document::Document;

words! {
    /// How severe a CVE is, in MSRC's words; the later, the worse.
    pub enum MsrcSeverity {
        /// Low.
        Low = "Low",
        /// Moderate: what others call medium.
        Moderate = "Moderate",
        /// Important: what others call high.
        Important = "Important",
        /// Critical.
        Critical = "Critical",
    }
}

words! {
    /// Whether an update needs a restart; the later, the surer.
    pub enum Restart {
        /// It does not.
        No = "No",
        /// It may.
        Maybe = "Maybe",
        /// It does.
        Yes = "Yes",
    }
}

impl From<Severity> for MsrcSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Low => Self::Low,
            Severity::Medium => Self::Moderate,
            Severity::High => Self::Important,
            Severity::Critical => Self::Critical,
        }
    }
}

/// The number of an update, as MSRC and people write it: `5100001`, `KB5100001`.
pub type KbNumber = u32;

/// The number of an update in the service's spelling; `None` if its id is no number.
pub fn kb_number(id: &KbId) -> Option<KbNumber> {
    let digits = id.as_str();
    let is_number = digits.bytes().all(|it| it.is_ascii_digit());
    let number: KbNumber = is_number.then(|| digits.parse().ok())??;
    (number > 0).then_some(number)
}

/// How severe a CVE is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// In MSRC's words.
    pub severity: Option<MsrcSeverity>,
    /// The CVSS base score in tenths, such as 78 for 7.8.
    pub cvss_tenths: Option<u8>,
}

impl Score {
    /// Adds another score: the worse counts.
    pub fn merge(&mut self, other: Self) {
        self.severity = self.severity.max(other.severity);
        self.cvss_tenths = self.cvss_tenths.max(other.cvss_tenths);
    }
}

/// What MSRC says of an update, over all products and months that have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MsrcKb {
    /// The CVEs that it fixes, sorted.
    pub cves: Vec<CveId>,
    /// How severe they are in its products, in the same order.
    pub scores: Vec<Score>,
    /// The updates that it replaces.
    pub supersedes: BTreeSet<KbNumber>,
    /// Whether it needs a restart.
    pub restart: Option<Restart>,
    /// When it was released: the first release of the earliest month that has it.
    pub released: Option<Date>,
}

/// The months that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Msrc {
    kbs: HashMap<KbNumber, MsrcKb, RandomState>,
    /// The worst score of each CVE in any product.
    scores: HashMap<CveId, Score, RandomState>,
    /// When the latest revision of any month was released.
    pub date: Option<Date>,
    /// When the latest month was first released.
    pub latest_month: Option<Date>,
}

/// Reads the months one by one.
#[derive(Debug, Default)]
pub struct MsrcReader {
    kbs: HashMap<KbNumber, month::Kb, RandomState>,
    scores: HashMap<CveId, Score, RandomState>,
    date: Option<Date>,
    latest_month: Option<Date>,
}

impl MsrcReader {
    /// Reads a month: `2026-Nov.json`. If that fails, nothing of it counts.
    pub fn read(&mut self, input: impl Read, now: Timestamp) -> Result<(), FeedProblem> {
        let text = text::read(input, "a month of MSRC")?;
        let document: Document<'_> = json::read(&text, "a month of MSRC")?;
        let tracking = &document.tracking;
        not_in_future(tracking.initial, now)?;
        not_in_future(tracking.current, now)?;
        if document.vulnerabilities.is_empty() {
            return Err(Problem::NoEntries.into());
        }
        self.date = self.date.max(Some(tracking.current));
        self.latest_month = self.latest_month.max(Some(tracking.initial));
        self.add(&document);
        Ok(())
    }

    /// What all months say.
    pub fn finish(self) -> Msrc {
        let kbs = self.kbs.into_iter();
        Msrc {
            kbs: kbs.map(|(number, kb)| (number, kb.finish())).collect(),
            scores: self.scores,
            date: self.date,
            latest_month: self.latest_month,
        }
    }
}

impl Msrc {
    /// What MSRC says of an update.
    pub fn get(&self, number: KbNumber) -> Option<&MsrcKb> {
        self.kbs.get(&number)
    }

    /// How severe a CVE is in an update's products; elsewhere, if the months do not have it there.
    pub fn score(&self, kb: Option<KbNumber>, cve: CveId) -> Score {
        let here = kb.and_then(|kb| self.get(kb)).and_then(|kb| {
            let at = kb.cves.binary_search(&cve).ok()?;
            Some(kb.scores[at])
        });
        let anywhere = self.scores.get(&cve).copied().unwrap_or_default();
        let here = here.unwrap_or_default();
        Score {
            severity: here.severity.or(anywhere.severity),
            cvss_tenths: here.cvss_tenths.or(anywhere.cvss_tenths),
        }
    }

    /// The number of its CVEs.
    pub fn len(&self) -> u64 {
        self.scores.len() as u64
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// Which updates each one replaces.
    pub fn replacements(&self) -> BTreeMap<KbNumber, &BTreeSet<KbNumber>> {
        let kbs = self.kbs.iter().filter(|(_, kb)| !kb.supersedes.is_empty());
        kbs.map(|(number, kb)| (*number, &kb.supersedes)).collect()
    }
}
