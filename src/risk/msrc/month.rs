//! From the document of a month to its KBs.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use jiff::civil::Date;

use super::{
    KbNumber, MsrcKb, MsrcReader, Restart, Score,
    document::{Document, Remediation, VENDOR_FIX, Vulnerability},
    kb_number,
    scores::Scores,
};
use crate::domain::{cve::CveId, kb::KbId};

/// An update while months are read.
#[derive(Debug, Default)]
pub(super) struct Kb {
    cves: HashMap<CveId, Score, RandomState>,
    supersedes: BTreeSet<KbNumber>,
    restart: Option<Restart>,
    released: Option<Date>,
}

impl MsrcReader {
    pub(super) fn add(&mut self, document: &Document<'_>) {
        for vulnerability in &document.vulnerabilities {
            // Advisories have ids such as ADV990001.
            let id = vulnerability.cve.as_ref();
            if let Some(cve) = id.and_then(|it| it.0.trim().parse().ok()) {
                self.add_cve(cve, vulnerability, document.tracking.initial);
            }
        }
    }

    fn add_cve(&mut self, cve: CveId, vulnerability: &Vulnerability<'_>, released: Date) {
        let scores = Scores::of(vulnerability);
        self.scores.entry(cve).or_default().merge(scores.worst);
        for fix in &vulnerability.remediations {
            if let Some(number) = number(fix) {
                let score = scores.in_products(&fix.products);
                let kb = self.kbs.entry(number).or_default();
                kb.cves.entry(cve).or_default().merge(score);
                kb.add(number, fix, released);
            }
        }
    }
}

impl Kb {
    fn add(&mut self, number: KbNumber, fix: &Remediation<'_>, released: Date) {
        let known = [self.released, Some(released)];
        self.released = known.into_iter().flatten().min();
        let restart = fix.restart.as_ref().and_then(|it| it.text()?.parse().ok());
        self.restart = self.restart.max(restart);
        let replaced = fix.supersedes.as_ref().map_or("", |it| &*it.0);
        let replaced = replaced.split([';', ',']).filter_map(written_number);
        self.supersedes.extend(replaced.filter(|it| *it != number));
    }

    pub(super) fn finish(self) -> MsrcKb {
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

/// The number of the update, if the remediation is one.
fn number(fix: &Remediation<'_>) -> Option<KbNumber> {
    let text = fix.description.as_ref()?.text()?;
    (fix.kind == Some(VENDOR_FIX)).then(|| written_number(text))?
}

/// The number in `5100001` or `KB5100001`.
fn written_number(text: &str) -> Option<KbNumber> {
    kb_number(&KbId::new(text))
}
