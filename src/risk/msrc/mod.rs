//! Microsoft's security updates as MSRC publishes them: a CVRF document for each month.
//!
//! - `update`: the data about an update
//! - `document`: the document; it is read one CVE at a time
//! - `vulnerability`: the used parts of a CVE
//! - `scores`: how severe a CVE is in each product
//! - `month`: collects the CVEs of each KB

mod document;
mod month;
mod scores;
mod update;
mod vulnerability;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Read,
};

use foldhash::fast::RandomState;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    date::not_in_future,
    error::{FeedProblem, Problem},
    json, text,
};
use crate::domain::cve::CveId;

use document::Document;
use month::Month;

pub use update::{KbNumber, MsrcKb, MsrcSeverity, Restart, Score, kb_number};

/// The months read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Msrc {
    kbs: HashMap<KbNumber, MsrcKb, RandomState>,
    /// The worst score of each CVE in any product.
    scores: HashMap<CveId, Score, RandomState>,
    /// When the latest revision of any month was released.
    pub date: Option<Date>,
    /// When the latest month was first released.
    pub latest_month: Option<Date>,
}

/// Reads month by month.
#[derive(Debug, Default)]
pub struct MsrcReader {
    months: Month,
    date: Option<Date>,
    latest_month: Option<Date>,
}

impl MsrcReader {
    /// Reads a month: `2026-Nov.json`. If that fails, the month is ignored completely.
    pub fn read(&mut self, input: impl Read, now: Timestamp) -> Result<(), FeedProblem> {
        let text = text::read(input, "a month of MSRC")?;
        let document: Document = json::read(&text, "a month of MSRC")?;
        let tracking = &document.tracking;
        not_in_future(tracking.initial, now)?;
        not_in_future(tracking.current, now)?;
        if document.month.is_empty() {
            return Err(Problem::NoEntries.into());
        }
        self.date = self.date.max(Some(tracking.current));
        self.latest_month = self.latest_month.max(Some(tracking.initial));
        self.months.merge(document.month, tracking.initial);
        Ok(())
    }

    /// The data of all months.
    pub fn finish(self) -> Msrc {
        let (kbs, scores) = self.months.finish();
        Msrc {
            kbs,
            scores,
            date: self.date,
            latest_month: self.latest_month,
        }
    }
}

impl Msrc {
    /// MSRC's data about an update.
    pub fn get(&self, number: KbNumber) -> Option<&MsrcKb> {
        self.kbs.get(&number)
    }

    /// The severity of a CVE in an update's products, or in any product if the months do not rate it there.
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

    /// Whether every CVE of a KB has its score, as after reading.
    pub(super) fn is_sound(&self) -> bool {
        let mut kbs = self.kbs.values();
        kbs.all(|kb| kb.cves.is_sorted() && kb.cves.len() == kb.scores.len())
    }

    /// The number of its CVEs.
    pub fn cve_count(&self) -> u64 {
        self.scores.len() as u64
    }

    /// Which updates each one replaces.
    pub fn replacements(&self) -> BTreeMap<KbNumber, &BTreeSet<KbNumber>> {
        let kbs = self.kbs.iter().filter(|(_, kb)| !kb.supersedes.is_empty());
        kbs.map(|(number, kb)| (*number, &kb.supersedes)).collect()
    }
}
