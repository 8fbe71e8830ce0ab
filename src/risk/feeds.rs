//! The three feeds together, and the CVEs of a gap.

use std::{collections::HashMap, sync::Arc};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    Epss, Kev, Msrc, Probability, Supersedence,
    msrc::{KbNumber, Score, kb_number},
};
use crate::domain::{
    cve::{CveFacts, CveId, Exploitability},
    kb::{KbId, MissingKb},
    release::ReleaseMonth,
};

/// A feed older than this many days causes a warning.
pub const MAX_FEED_AGE_DAYS: i32 = 7;

/// The parsed feeds. Any of them may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feeds {
    /// Known exploited vulnerabilities.
    pub kev: Option<Kev>,
    /// Likelihood of exploitation.
    pub epss: Option<Epss>,
    msrc: Option<Arc<Msrc>>,
    supersedence: Arc<Supersedence>,
    /// The service's own facts about CVEs.
    tenant: Arc<HashMap<CveId, CveFacts>>,
}

/// A feed, as listed in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedInfo {
    /// `kev`, `epss` or `msrc`.
    pub name: &'static str,
    /// The date of its content, if it has one.
    pub date: Option<Date>,
    /// The number of its CVEs.
    pub entries: u64,
    /// Whether a newer one must exist.
    pub is_old: bool,
}

impl Feeds {
    /// A set of these feeds.
    pub fn new(kev: Option<Kev>, epss: Option<Epss>, msrc: Option<Msrc>) -> Self {
        let edges = msrc.as_ref().map(Msrc::replacements).unwrap_or_default();
        Self {
            kev,
            epss,
            supersedence: Arc::new(Supersedence::of(edges)),
            msrc: msrc.map(Arc::new),
            tenant: Arc::default(),
        }
    }

    /// Adds the service's own facts about CVEs, which are used where the feeds have none.
    #[must_use]
    pub fn with_tenant(&self, facts: HashMap<CveId, CveFacts>) -> Self {
        Self {
            tenant: Arc::new(facts),
            ..self.clone()
        }
    }

    /// Whether there are no feeds.
    pub fn is_empty(&self) -> bool {
        self.kev.is_none() && self.epss.is_none() && self.msrc.is_none()
    }

    /// Microsoft's months.
    pub fn msrc(&self) -> Option<&Msrc> {
        self.msrc.as_deref()
    }

    /// Which updates replace which.
    pub fn supersedence(&self) -> &Supersedence {
        &self.supersedence
    }

    /// The CVEs of a gap: those that the answer's own source names, otherwise those that MSRC lists for the
    /// update, in any product. `None` if neither names them.
    pub fn cves_of<'gap>(&'gap self, gap: &'gap MissingKb) -> Option<&'gap [CveId]> {
        gap.cves.as_deref().or_else(|| self.listed(&gap.id))
    }

    fn listed(&self, id: &KbId) -> Option<&[CveId]> {
        let kb = self.msrc.as_ref()?.get(kb_number(id)?)?;
        Some(&kb.cves)
    }

    /// The number of these CVEs that are known to be exploited; `None` without the catalogue.
    pub fn known_exploited(&self, cves: &[CveId]) -> Option<u64> {
        let kev = self.kev.as_ref()?;
        let exploited = cves.iter().filter(|cve| kev.get(**cve).is_some());
        Some(exploited.count() as u64)
    }

    /// The probability that a CVE is exploited within 30 days, if EPSS has it.
    pub fn exploitation_probability(&self, cve: CveId) -> Option<Probability> {
        self.epss.as_ref()?.get(cve)
    }

    /// The severity of a CVE in an update's products; if MSRC does not rate it, the service's.
    pub(super) fn score(&self, kb: Option<KbNumber>, cve: CveId) -> Score {
        let score = self.msrc.as_ref().map(|it| it.score(kb, cve));
        let score = score.unwrap_or_default();
        let tenant = self.tenant.get(&cve).copied().unwrap_or_default();
        Score {
            severity: score.severity.or(tenant.severity.map(Into::into)),
            cvss_tenths: score.cvss_tenths.or(tenant.cvss_tenths),
        }
    }

    /// The worst exploitability of these CVEs according to the service.
    pub(super) fn exploitability(&self, cves: &[CveId]) -> Option<Exploitability> {
        let facts = cves.iter().filter_map(|cve| self.tenant.get(cve));
        facts.filter_map(|it| it.exploitability).max()
    }

    /// The feeds that exist, and whether they are old.
    pub fn list(&self, now: Timestamp) -> Vec<FeedInfo> {
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        let dated = |name, date: Option<Date>, entries| FeedInfo {
            name,
            date,
            entries,
            is_old: date.is_some_and(|date| days_between(date, today) > MAX_FEED_AGE_DAYS),
        };
        let kev = self.kev.as_ref();
        let kev = kev.map(|it| dated("kev", Some(it.date), it.cve_count()));
        let epss = self.epss.as_ref();
        let epss = epss.map(|it| dated("epss", it.date, it.cve_count()));
        let msrc = self.msrc.as_ref().map(|it| FeedInfo {
            is_old: lacks_month(it, today),
            ..dated("msrc", it.date, it.cve_count())
        });
        [kev, epss, msrc].into_iter().flatten().collect()
    }
}

/// Whether a month that was released more than a week ago is missing: months are revised as needed, so the
/// date of a complete set may be older than a week.
fn lacks_month(msrc: &Msrc, today: Date) -> bool {
    let Some(latest) = msrc.latest_month else {
        return true;
    };
    let months = [latest, today].map(ReleaseMonth::of);
    let [Some(latest), Some(this)] = months else {
        return false;
    };
    let released =
        |month: ReleaseMonth| days_between(month.patch_tuesday(), today) > MAX_FEED_AGE_DAYS;
    let due = if released(this) {
        this
    } else {
        this.earlier(1)
    };
    latest < due
}

fn days_between(earlier: Date, later: Date) -> i32 {
    let days = later.since(earlier).map(|it| it.get_days());
    days.unwrap_or_default()
}
