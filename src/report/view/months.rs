//! Missing KBs by release month, which is parsed from their names.

use std::collections::BTreeMap;

use super::histogram::Bar;
use crate::aggregate::Fleet;

/// The number of months shown separately, counted from the latest.
const MONTHS: u16 = 18;
const NAMES: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Months since the year 0.
type Month = u16;

/// The missing KBs by month (`03`), of all months before (`old`), and of unknown months (`?`).
pub(in crate::report) fn months(fleet: &Fleet) -> Vec<Bar> {
    let names = fleet.kbs.iter().map(|kb| kb.name.as_deref());
    counts(names.map(|name| month(name?)))
}

/// The month in `March 2020 Security Updates` or `2020-03 Cumulative Update`.
fn month(name: &str) -> Option<Month> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let written = words.windows(2).find_map(|pair| {
        let year = year(pair[1])?;
        let name = pair[0].get(..3)?.to_ascii_lowercase();
        let of_year = NAMES.iter().position(|it| *it == name)?;
        Some(year * 12 + u16::try_from(of_year).ok()?)
    });
    written.or_else(|| words.iter().find_map(|word| numbered(word)))
}

fn year(word: &str) -> Option<u16> {
    let digits = word.trim_end_matches(|it: char| !it.is_ascii_digit());
    let year = digits.parse().ok()?;
    (1990..2100).contains(&year).then_some(year)
}

fn numbered(word: &str) -> Option<Month> {
    let (digits, of_year) = word.split_once('-')?;
    let of_year: u16 = of_year.parse().ok()?;
    let month = year(digits)? * 12 + of_year.checked_sub(1)?;
    (of_year <= 12).then_some(month)
}

fn counts(months: impl Iterator<Item = Option<Month>>) -> Vec<Bar> {
    let mut known: BTreeMap<Month, u64> = BTreeMap::new();
    let mut unknown = 0;
    for month in months {
        match month {
            Some(month) => *known.entry(month).or_default() += 1,
            None => unknown += 1,
        }
    }
    let mut counts = Vec::new();
    if let (Some(first), Some(last)) = (known.keys().next(), known.keys().last()) {
        let from = (*first).max(last.saturating_sub(MONTHS - 1));
        let earlier = known.range(..from).map(|(_, kbs)| kbs).sum();
        counts.extend((earlier > 0).then(|| Bar::new("old".to_owned(), earlier)));
        counts.extend((from..=*last).map(|month| {
            let starts_year = month == from || month % 12 == 0;
            Bar {
                label: format!("{:02}", month % 12 + 1),
                year: starts_year.then_some(month / 12),
                count: known.get(&month).copied().unwrap_or(0),
            }
        }));
    }
    counts.extend((unknown > 0).then(|| Bar::new("?".to_owned(), unknown)));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_is_read_from_the_name() {
        for (name, expected) in [
            ("March 2020 Security Updates", Some(2020 * 12 + 2)),
            ("Security updates of Dec 2025", Some(2025 * 12 + 11)),
            ("2026-01 Cumulative Update for Windows", Some(2026 * 12)),
            ("2026-13 Cumulative Update", None),
            ("2026-00 Cumulative Update", None),
            ("Office 2016", None),
            ("Windows Server 2022", None),
            ("maybe 12", None),
            ("é 2020", None),
            ("", None),
        ] {
            assert_eq!(month(name), expected, "{name}");
        }
    }

    #[test]
    fn latest_months_are_counted_separately() {
        let months = [Some(24_300), Some(24_301), Some(24_303), Some(20_000), None];
        let counts = counts(months.into_iter());
        let shown: Vec<_> = counts
            .iter()
            .map(|it| (it.label.as_str(), it.year, it.count))
            .collect();
        assert_eq!(shown.first(), Some(&("old", None, 1)));
        assert_eq!(shown[1], ("11", Some(2023), 0));
        assert_eq!(shown.last(), Some(&("?", None, 1)));
        assert_eq!(shown[shown.len() - 2], ("04", None, 1));
        assert_eq!(counts.len(), 20);
        assert_eq!(counts.iter().map(|it| it.count).sum::<u64>(), 5);
    }
}
