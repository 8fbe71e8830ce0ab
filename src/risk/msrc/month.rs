//! Collects the CVEs of each KB, for a month and over all months.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use jiff::civil::Date;

use super::{
    scores::Scores,
    update::{KbNumber, MsrcKb, Restart, Score, kb_number},
    vulnerability::{Remediation, VENDOR_FIX_REMEDIATION, Vulnerability},
};
use crate::domain::{cve::CveId, kb::KbId};

/// The data of one month, or of several.
#[derive(Debug, Default)]
pub(super) struct Month {
    kbs: HashMap<KbNumber, Kb, RandomState>,
    /// The worst score of each CVE in any product.
    scores: HashMap<CveId, Score, RandomState>,
    /// The number of its vulnerabilities, advisories included.
    count: u64,
}

/// An update while months are being read.
#[derive(Debug, Default)]
struct Kb {
    cves: HashMap<CveId, Score, RandomState>,
    supersedes: BTreeSet<KbNumber>,
    restart: Option<Restart>,
    /// When the earliest of its months was released; unknown while a month is being read.
    released: Option<Date>,
}

impl Month {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn add(&mut self, vulnerability: &Vulnerability<'_>) {
        self.count += 1;
        // Advisories have ids such as ADV990001.
        let id = vulnerability.cve.as_ref();
        if let Some(cve) = id.and_then(|it| it.0.trim().parse().ok()) {
            self.add_cve(cve, vulnerability);
        }
    }

    fn add_cve(&mut self, cve: CveId, vulnerability: &Vulnerability<'_>) {
        let scores = Scores::of(vulnerability);
        self.scores.entry(cve).or_default().merge(scores.worst);
        for fix in &vulnerability.remediations {
            if let Some(number) = number(fix) {
                let score = scores.in_products(&fix.products);
                let kb = self.kbs.entry(number).or_default();
                kb.cves.entry(cve).or_default().merge(score);
                kb.add(number, fix);
            }
        }
    }

    /// Adds a month that was first released on this day.
    pub(super) fn merge(&mut self, month: Self, released: Date) {
        self.count += month.count;
        for (cve, score) in month.scores {
            self.scores.entry(cve).or_default().merge(score);
        }
        for (number, kb) in month.kbs {
            self.kbs.entry(number).or_default().merge(kb, released);
        }
    }

    /// The updates, and the worst score of each CVE.
    pub(super) fn finish(
        self,
    ) -> (
        HashMap<KbNumber, MsrcKb, RandomState>,
        HashMap<CveId, Score, RandomState>,
    ) {
        let kbs = self.kbs.into_iter();
        let kbs = kbs.map(|(number, kb)| (number, kb.finish())).collect();
        (kbs, self.scores)
    }
}

impl Kb {
    fn add(&mut self, number: KbNumber, fix: &Remediation<'_>) {
        let restart = fix.restart.as_ref().and_then(|it| it.text()?.parse().ok());
        self.restart = self.restart.max(restart);
        let replaced = fix.supersedes.as_ref().map_or("", |it| &*it.0);
        let replaced = replaced.split([';', ',']).filter_map(written_number);
        self.supersedes.extend(replaced.filter(|it| *it != number));
    }

    fn merge(&mut self, other: Self, released: Date) {
        for (cve, score) in other.cves {
            self.cves.entry(cve).or_default().merge(score);
        }
        self.supersedes.extend(other.supersedes);
        self.restart = self.restart.max(other.restart);
        let known = [self.released, Some(released)];
        self.released = known.into_iter().flatten().min();
    }

    fn finish(self) -> MsrcKb {
        let mut cves: Vec<(CveId, Score)> = self.cves.into_iter().collect();
        cves.sort_unstable_by_key(|it| it.0);
        let (cves, scores) = cves.into_iter().unzip();
        MsrcKb {
            cves,
            scores,
            supersedes: self.supersedes,
            restart: self.restart,
            released: self.released,
        }
    }
}

/// The number of the update, if the remediation is an update.
fn number(fix: &Remediation<'_>) -> Option<KbNumber> {
    let text = fix.description.as_ref()?.text()?;
    (fix.kind == Some(VENDOR_FIX_REMEDIATION)).then(|| written_number(text))?
}

/// The number in `5100001` or `KB5100001`.
fn written_number(text: &str) -> Option<KbNumber> {
    kb_number(&KbId::new(text))
}
