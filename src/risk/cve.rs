//! CVE ids in feeds.

use std::ops::RangeInclusive;

use crate::domain::cve::CveId;

/// The valid years of CVE ids.
const VALID_YEARS: RangeInclusive<u64> = 1999..=2099;

/// The id of a CVE; `None` if the text is not one, or if no such CVE can exist.
pub(super) fn real_cve(text: &str) -> Option<CveId> {
    let cve: CveId = text.trim().parse().ok()?;
    VALID_YEARS.contains(&cve.year()).then_some(cve)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cves_of_impossible_years_do_not_exist() {
        for (text, expected) in [
            ("CVE-1999-0001", true),
            (" cve-2026-21510 ", true),
            ("CVE-0000-0000", false),
            ("CVE-1998-0001", false),
            ("CVE-9999-0001", false),
            ("CVE-2026-1", false),
            ("ADV990001", false),
        ] {
            assert_eq!(real_cve(text).is_some(), expected, "{text}");
        }
    }
}
