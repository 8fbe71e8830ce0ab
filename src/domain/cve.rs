//! The CVE: one publicly known vulnerability.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::words::words;

/// The prefix of every id.
const PREFIX: &str = "CVE-";
/// The number of bits for the number after the year.
const NUMBER_BITS: u32 = 40;
/// The number of bits for the count of its digits.
const DIGITS_BITS: u32 = 8;
/// The maximum number of digits after the year.
const MAX_DIGITS: usize = 12;

/// The id of a CVE, such as `CVE-2026-21510`, in eight bytes. Ids are sorted by year and number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CveId(u64);

/// A text that is not the id of a CVE, such as `TVM-2020-0002`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the id of a CVE")]
pub struct NotACve;

/// The CVEs that an update addresses on a machine: sorted, each once. Machines share them.
pub type CveSet = Arc<[CveId]>;

words! {
    /// How severe a CVE is, as the service spells it, in ascending order.
    pub enum Severity {
        /// Low.
        Low = "Low",
        /// Medium.
        Medium = "Medium",
        /// High.
        High = "High",
        /// Critical.
        Critical = "Critical",
    }
}

words! {
    /// Whether a CVE can be exploited, as the service spells it, in ascending order of risk.
    pub enum Exploitability {
        /// No exploit is known.
        None = "NoExploit",
        /// An exploit was published.
        Public = "ExploitIsPublic",
        /// An exploit works.
        Verified = "ExploitIsVerified",
        /// An exploit is part of a kit.
        InKit = "ExploitIsInKit",
    }
}

/// What the service reports about a CVE. It is the same for every machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CveFacts {
    /// How severe it is.
    pub severity: Option<Severity>,
    /// Whether it can be exploited.
    pub exploitability: Option<Exploitability>,
    /// The CVSS score in tenths, such as 78 for 7.8.
    pub cvss_tenths: Option<u8>,
}

impl CveFacts {
    /// Adds the facts of another row: the worse value counts, so the order of the rows does not matter.
    pub fn merge(&mut self, other: Self) {
        self.severity = self.severity.max(other.severity);
        self.exploitability = self.exploitability.max(other.exploitability);
        self.cvss_tenths = self.cvss_tenths.max(other.cvss_tenths);
    }
}

impl CveId {
    /// The year in the id.
    pub const fn year(self) -> u64 {
        self.0 >> (NUMBER_BITS + DIGITS_BITS)
    }
}

impl FromStr for CveId {
    type Err = NotACve;

    fn from_str(text: &str) -> Result<Self, NotACve> {
        let (prefix, rest) = text.split_at_checked(PREFIX.len()).ok_or(NotACve)?;
        let (year, number) = rest.split_once('-').ok_or(NotACve)?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_cve = prefix.eq_ignore_ascii_case(PREFIX)
            && year.len() == 4
            && (4..=MAX_DIGITS).contains(&number.len())
            && is_number(year)
            && is_number(number);
        if !is_cve {
            return Err(NotACve);
        }
        let year: u64 = year.parse().map_err(|_| NotACve)?;
        let digits = number.len() as u64;
        let number: u64 = number.parse().map_err(|_| NotACve)?;
        let packed = (year << DIGITS_BITS | digits) << NUMBER_BITS | number;
        Ok(Self(packed))
    }
}

impl fmt::Display for CveId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.0 & ((1 << NUMBER_BITS) - 1);
        let before = self.0 >> NUMBER_BITS;
        let digits = (before & ((1 << DIGITS_BITS) - 1)) as usize;
        let year = self.year();
        write!(formatter, "{PREFIX}{year:04}-{number:0digits$}")
    }
}

impl fmt::Debug for CveId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cve(text: &str) -> CveId {
        text.parse().unwrap()
    }

    #[test]
    fn ids_are_printed_as_received() {
        for text in [
            "CVE-2026-21510",
            "CVE-2026-00001",
            "CVE-1999-0001",
            "CVE-2026-999999999999",
            "CVE-9999-0000",
        ] {
            assert_eq!(cve(text).to_string(), text);
        }
        assert_eq!(cve("cve-2026-0001").to_string(), "CVE-2026-0001");
    }

    #[test]
    fn other_ids_are_refused() {
        for text in [
            "",
            "CVE-",
            "CVE-2026",
            "CVE-2026-1",
            "CVE-26-0001",
            "CVE-2026-00x1",
            "CVE-2026-+001",
            "CVE-2026-0000000000001",
            "TVM-2020-0002",
            "ADV200002",
            "é-2026-0001",
        ] {
            assert_eq!(text.parse::<CveId>(), Err(NotACve), "{text}");
        }
    }

    #[test]
    fn ids_are_sorted_by_year_and_number() {
        let sorted = [
            "CVE-2025-99999",
            "CVE-2026-0002",
            "CVE-2026-9999",
            "CVE-2026-10000",
            "CVE-2026-21510",
        ];
        assert!(sorted.map(cve).is_sorted());
    }
}
