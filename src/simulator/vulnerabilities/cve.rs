//! The CVEs that an update addresses, and their severity: the same in every tenant.

use std::fmt;

/// Products with their own CVEs, each with the maximum number per month. All Windows products share the same
/// CVEs: an update for one addresses more of them than an update for another.
const CVES_PER_MONTH: [(&str, u32); 13] = [
    ("windows", 128),
    ("internet_explorer", 16),
    ("remote_desktop_client", 16),
    ("dotnet_framework", 16),
    ("powershell", 16),
    ("edge", 48),
    ("edge_webview2", 16),
    ("office", 32),
    ("outlook", 16),
    ("visio", 16),
    ("project", 16),
    ("exchange_server", 16),
    ("sql_server_management_studio", 16),
];
/// The CVEs of every other product, of which there is only SQL Server, follow these.
const CVES_BEFORE_OTHERS: u32 = 400;
/// The number of CVE numbers per month.
const NUMBERS_PER_MONTH: u32 = 800;
/// The first number of a year's updates.
const FIRST_NUMBER: u32 = 20_000;
/// The first number of the CVEs of software without KBs.
const FIRST_NUMBER_OF_OTHERS: u32 = 40_000;
/// The number of CVE numbers per such software.
const NUMBERS_PER_OTHER: u32 = 100;

/// A CVE, or a finding that the service lists in place of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::simulator) enum Cve {
    Numbered {
        year: u32,
        number: u32,
    },
    /// A finding of the service itself, such as `TVM-2020-0002`.
    Own(&'static str),
}

/// What is known about a CVE.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::simulator) struct Rating {
    pub(in crate::simulator) score: Option<f64>,
    pub(in crate::simulator) severity: &'static str,
    pub(in crate::simulator) exploitability: &'static str,
}

impl Cve {
    /// The first `count` CVEs of a product in a month, counted from October 2024.
    pub(in crate::simulator) fn of_month(
        month: u32,
        product: &str,
        count: u64,
    ) -> impl Iterator<Item = Self> {
        // The year begins three months after the catalogue.
        let months = month + 9;
        let first = FIRST_NUMBER + months % 12 * NUMBERS_PER_MONTH + numbers_before(product);
        let numbers = (first..).take(usize::try_from(count).unwrap_or(usize::MAX));
        numbers.map(move |number| Self::Numbered {
            year: 2024 + months / 12,
            number,
        })
    }

    /// A CVE of software without KBs, by the index of the software.
    pub(in crate::simulator) fn of_other(place: usize, number: u32) -> Self {
        let place = u32::try_from(place).unwrap_or_default();
        Self::Numbered {
            year: 2025,
            number: FIRST_NUMBER_OF_OTHERS + place * NUMBERS_PER_OTHER + number % NUMBERS_PER_OTHER,
        }
    }

    /// A number that looks random: there are too many rows for a random number generator each.
    pub(in crate::simulator) fn drawn(self) -> u64 {
        let key = match self {
            Self::Numbered { year, number } => u64::from(year) << 20 | u64::from(number),
            Self::Own(text) => text.len() as u64,
        };
        key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24
    }

    /// Its number within the year.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Numbered { number, .. } => number,
            Self::Own(_) => 0,
        }
    }

    pub(in crate::simulator) fn rating(self) -> Rating {
        let drawn = self.drawn();
        let (score, severity) = match drawn % 20 {
            0 => (9.8, "Critical"),
            1 => (8.8, "Critical"),
            2..8 => (7.8, "High"),
            8..11 => (7.5, "High"),
            11..14 => (7.0, "High"),
            14..16 => (6.5, "Medium"),
            16..19 => (5.5, "Medium"),
            _ => (3.3, "Low"),
        };
        let exploitability = match drawn / 20 % 100 {
            0 => "ExploitIsInKit",
            1..3 => "ExploitIsVerified",
            3..9 => "ExploitIsPublic",
            _ => "NoExploit",
        };
        Rating {
            score: (!(drawn / 2000).is_multiple_of(50)).then_some(score),
            severity,
            exploitability,
        }
    }
}

impl fmt::Display for Cve {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbered { year, number } => write!(formatter, "CVE-{year}-{number}"),
            Self::Own(text) => formatter.write_str(text),
        }
    }
}

/// The number of a month's CVE numbers that belong to products before this one.
fn numbers_before(product: &str) -> u32 {
    let product = if product.starts_with("windows_") {
        "windows"
    } else {
        product
    };
    let place = CVES_PER_MONTH.iter().position(|&(name, _)| name == product);
    let before = place.map(|place| CVES_PER_MONTH[..place].iter().map(|(_, room)| room).sum());
    before.unwrap_or(CVES_BEFORE_OTHERS)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::simulator::Fleet;

    #[test]
    fn products_of_an_update_share_no_cve() {
        let room: u32 = CVES_PER_MONTH.iter().map(|(_, room)| room).sum();
        assert!(room <= CVES_BEFORE_OTHERS && CVES_BEFORE_OTHERS + 50 < NUMBERS_PER_MONTH);
        let fleet = Fleet::after(40, 1, 300);
        for missing in fleet.machines().iter().flat_map(|it| it.missing.iter()) {
            let mut products: HashMap<Cve, &str> = HashMap::new();
            for scope in fleet.scopes(missing) {
                for cve in Cve::of_month(scope.month, scope.product, scope.cves) {
                    assert_eq!(products.insert(cve, scope.product), None, "{cve}");
                }
            }
            assert_eq!(products.len() as u64, missing.cve_addressed);
        }
    }

    #[test]
    fn ids_are_plausible() {
        let ids = |month, product| {
            let cves = Cve::of_month(month, product, 2).map(|it| it.to_string());
            cves.collect::<Vec<_>>()
        };
        assert_eq!(ids(0, "windows_10"), ["CVE-2024-27200", "CVE-2024-27201"]);
        assert_eq!(ids(0, "windows_11"), ids(0, "windows_10"));
        assert_eq!(
            ids(17, "windows_server_2019"),
            ["CVE-2026-21600", "CVE-2026-21601"]
        );
        assert_eq!(ids(15, "sql_server"), ["CVE-2026-20400", "CVE-2026-20401"]);
        assert_eq!(Cve::of_other(97, 399).to_string(), "CVE-2025-49799");
    }

    #[test]
    fn most_cves_are_high_and_few_are_exploited() {
        let ratings: Vec<Rating> = (0..1000).map(|it| Cve::of_other(0, it).rating()).collect();
        assert_eq!(ratings[7], ratings[107], "the same CVE is rated the same");
        let cves = Cve::of_month(3, "windows_10", 1000).map(Cve::rating);
        let ratings: Vec<Rating> = cves.collect();
        let count = |is: fn(&Rating) -> bool| ratings.iter().filter(|it| is(it)).count();
        assert!((500..700).contains(&count(|it| it.severity == "High")));
        assert!((60..140).contains(&count(|it| it.exploitability != "NoExploit")));
        assert!((5..45).contains(&count(|it| it.score.is_none())));
    }
}
