//! How many days a gap may stay open.

use std::fmt;

use crate::risk::{GapRisk, MsrcSeverity};

/// The deadlines, in days since a gap was first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Of gaps with a CVE that is known to be exploited.
    pub known_exploited: u16,
    /// Of other gaps with a critical CVE.
    pub critical: u16,
    /// Of all other gaps.
    pub other: u16,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            known_exploited: 14,
            critical: 30,
            other: 90,
        }
    }
}

impl Deadlines {
    /// The deadline of a gap with this risk.
    pub fn days(self, risk: GapRisk) -> u32 {
        let days = if risk.is_known_exploited() {
            self.known_exploited
        } else if risk.severity == Some(MsrcSeverity::Critical) {
            self.critical
        } else {
            self.other
        };
        days.into()
    }
}

impl fmt::Display for Deadlines {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            known_exploited,
            critical,
            other,
        } = self;
        write!(
            formatter,
            "known exploited {known_exploited} days, critical {critical} days, others {other} days"
        )
    }
}
