//! Missing KBs by release month, which is parsed from their names.

use std::collections::BTreeMap;

use super::columns::{Column, draw, told};
use crate::aggregate::Fleet;

/// The number of months shown separately, counted from the latest.
const MONTHS: u16 = 18;
const NAMES: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Months since the year 0.
type Month = u16;

/// Draws the chart. `None` if no KB is missing.
pub(in crate::report::page) fn months(fleet: &Fleet) -> Option<String> {
    if fleet.kbs.is_empty() {
        return None;
    }
    let names = fleet.kbs.iter().map(|kb| kb.name.as_deref());
    let columns = columns(names.map(|name| month(name?)));
    let drawing = draw("months", &columns);
    Some(drawing.finish("Missing KBs by release month", &told(&columns)))
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

fn columns(months: impl Iterator<Item = Option<Month>>) -> Vec<Column> {
    let mut counts: BTreeMap<Option<Month>, u64> = BTreeMap::new();
    months.for_each(|month| *counts.entry(month).or_default() += 1);
    let unknown = counts.remove(&None);
    let known: BTreeMap<Month, u64> = counts
        .into_iter()
        .filter_map(|(month, count)| Some((month?, count)))
        .collect();
    let mut columns = Vec::new();
    if let (Some(first), Some(last)) = (known.keys().next(), known.keys().last()) {
        let from = (*first).max(last.saturating_sub(MONTHS - 1));
        let earlier = known.range(..from).map(|(_, count)| count).sum();
        columns.extend((earlier > 0).then(|| column("old", earlier)));
        let mut last_year = None;
        columns.extend((from..=*last).map(|month| {
            let year = (last_year.replace(month / 12) != Some(month / 12)).then_some(month / 12);
            dated(month, year, known.get(&month).copied().unwrap_or(0))
        }));
    }
    columns.extend(unknown.map(|count| column("?", count)));
    columns
}

fn column(label: &str, value: u64) -> Column {
    Column {
        label: label.to_owned(),
        group: String::new(),
        value,
    }
}

fn dated(month: Month, year: Option<u16>, value: u64) -> Column {
    Column {
        group: year.map(|year| year.to_string()).unwrap_or_default(),
        ..column(&format!("{:02}", month % 12 + 1), value)
    }
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
    fn latest_months_have_columns_of_their_own() {
        let months = [Some(24_300), Some(24_301), Some(24_303), Some(20_000), None];
        let columns = columns(months.into_iter());
        let told: Vec<_> = columns
            .iter()
            .map(|it| (it.label.as_str(), it.group.as_str(), it.value))
            .collect();
        assert_eq!(told.first(), Some(&("old", "", 1)));
        assert_eq!(told[1], ("11", "2023", 0));
        assert_eq!(told.last(), Some(&("?", "", 1)));
        assert_eq!(told[told.len() - 2], ("04", "", 1));
        assert_eq!(columns.len(), 20);
        assert_eq!(columns.iter().map(|it| it.value).sum::<u64>(), 5);
    }
}
