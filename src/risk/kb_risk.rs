//! The risk of a KB according to the feeds.

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    Feeds, MsrcSeverity, Probability, Restart,
    msrc::{KbNumber, Score, kb_number},
};
use crate::domain::{
    cve::{CveId, Exploitability},
    kb::KbId,
};

/// The risk of a KB according to the feeds; `None` where no feed has the information.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KbRisk {
    /// The number of its distinct CVEs.
    pub distinct_cves: Option<u64>,
    /// The number of them that are known to be exploited.
    pub known_exploited: Option<u64>,
    /// The number of them that ransomware is known to use.
    pub ransomware: Option<u64>,
    /// The earliest date by which one of them must be closed.
    pub kev_due_date: Option<Date>,
    /// The highest probability that one of them is exploited within 30 days.
    pub epss_max: Option<Probability>,
    /// The highest CVSS base score in tenths.
    pub cvss_max_tenths: Option<u8>,
    /// The worst severity.
    pub severity: Option<MsrcSeverity>,
    /// The worst exploitability of one of them according to the service.
    pub exploitability: Option<Exploitability>,
    /// Whether the update needs a restart.
    pub restart: Option<Restart>,
    /// The updates that it replaces directly, by number.
    pub supersedes: Arc<[KbId]>,
    /// The updates that replace it directly, by number.
    pub superseded_by: Arc<[KbId]>,
    /// When it was released.
    pub released: Option<Date>,
}

impl KbRisk {
    /// The urgency of the KB, the most significant part first: its known exploited CVEs, those used by
    /// ransomware, the highest EPSS, whether there is an exploit, and the highest CVSS. Unknown values come
    /// last.
    pub(crate) fn urgency(&self) -> [u64; 5] {
        let counted = |count: Option<u64>| count.map_or(0, |it| it + 1);
        let epss = self.epss_max.map(Probability::billionths);
        [
            counted(self.known_exploited),
            counted(self.ransomware),
            counted(epss.map(u64::from)),
            counted(self.exploitability.map(|it| it as u64)),
            counted(self.cvss_max_tenths.map(u64::from)),
        ]
    }
}

impl Feeds {
    /// The risk of a KB with these CVEs, which are sorted and without duplicates; `None` if no source names
    /// them.
    pub fn kb_risk(&self, id: &KbId, cves: Option<&[CveId]>) -> KbRisk {
        let number = kb_number(id);
        let mut risk = number.map_or_else(KbRisk::default, |it| self.of_update(it));
        if let Some(cves) = cves {
            risk.distinct_cves = Some(cves.len() as u64);
            self.add_exploitation(&mut risk, cves);
            risk.exploitability = self.exploitability(cves);
            let mut scores = Score::default();
            for cve in cves {
                scores.merge(self.score(number, *cve));
            }
            risk.severity = scores.severity;
            risk.cvss_max_tenths = scores.cvss_tenths;
        }
        risk
    }

    /// The properties of the update itself, according to MSRC.
    fn of_update(&self, number: KbNumber) -> KbRisk {
        let ids = |numbers: &mut dyn Iterator<Item = KbNumber>| {
            numbers.map(|it| KbId::new(&it.to_string())).collect()
        };
        let kb = self.msrc().and_then(|it| it.get(number));
        KbRisk {
            restart: kb.and_then(|it| it.restart),
            released: kb.and_then(|it| it.released),
            supersedes: ids(&mut self.supersedence().supersedes(number)),
            superseded_by: ids(&mut self.supersedence().superseded_by(number)),
            ..KbRisk::default()
        }
    }

    fn add_exploitation(&self, risk: &mut KbRisk, cves: &[CveId]) {
        if let Some(kev) = &self.kev {
            let known = || cves.iter().filter_map(|cve| kev.get(*cve));
            risk.known_exploited = Some(known().count() as u64);
            risk.ransomware = Some(known().filter(|it| it.ransomware).count() as u64);
            risk.kev_due_date = known().filter_map(|it| it.due).min();
        }
        let epss = self.epss.as_ref();
        risk.epss_max = epss.and_then(|epss| cves.iter().filter_map(|it| epss.get(*it)).max());
    }
}
