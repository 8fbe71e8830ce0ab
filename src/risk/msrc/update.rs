//! MSRC's data about an update.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::{
    cve::{CveId, Severity},
    kb::KbId,
    words::words,
};

words! {
    /// The severity of a CVE according to MSRC, in ascending order.
    pub enum MsrcSeverity {
        /// Low.
        Low = "Low",
        /// Moderate, elsewhere called medium.
        Moderate = "Moderate",
        /// Important, elsewhere called high.
        Important = "Important",
        /// Critical.
        Critical = "Critical",
    }
}

words! {
    /// Whether an update needs a restart, in ascending order of certainty.
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

/// The number of an update in the service's spelling; `None` if its id is not numeric.
pub fn kb_number(id: &KbId) -> Option<KbNumber> {
    let digits = id.as_str();
    let is_number = digits.bytes().all(|it| it.is_ascii_digit());
    let number: KbNumber = is_number.then(|| digits.parse().ok())??;
    (number > 0).then_some(number)
}

/// How severe a CVE is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// According to MSRC.
    pub severity: Option<MsrcSeverity>,
    /// The CVSS base score in tenths, such as 78 for 7.8.
    pub cvss_tenths: Option<u8>,
}

impl Score {
    /// Merges another score: the worse counts.
    pub fn merge(&mut self, other: Self) {
        self.severity = self.severity.max(other.severity);
        self.cvss_tenths = self.cvss_tenths.max(other.cvss_tenths);
    }
}

/// MSRC's data about an update, over all its products and months.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MsrcKb {
    /// The CVEs that it fixes, sorted.
    pub cves: Vec<CveId>,
    /// How severe they are in its products, in the same order.
    pub scores: Vec<Score>,
    /// The updates that it replaces.
    pub supersedes: BTreeSet<KbNumber>,
    /// Whether it needs a restart.
    pub restart: Option<Restart>,
    /// When it was released: the first release of its earliest month.
    pub released: Option<Date>,
}
