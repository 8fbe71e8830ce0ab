//! Machines by the release month of their oldest missing update.

use std::collections::BTreeMap;

use super::histogram::Bar;
use crate::{aggregate::Fleet, domain::release::ReleaseMonth};

/// The number of months shown separately, counted from the latest.
const MONTHS: u16 = 18;
/// The machines with gaps by the oldest month of what they miss (`03`), those of all months before
/// (`old`), and those whose updates name no month (`?`).
pub(in crate::report) fn months(fleet: &Fleet) -> Vec<Bar> {
    let answered = fleet.machines.iter().flat_map(|it| &it.result);
    let with_gaps = answered.filter(|it| it.missing > 0);
    counts(with_gaps.map(|it| it.oldest_month))
}

fn counts(months: impl Iterator<Item = Option<ReleaseMonth>>) -> Vec<Bar> {
    let mut known: BTreeMap<ReleaseMonth, u64> = BTreeMap::new();
    let mut unknown = 0;
    for month in months {
        match month {
            Some(month) => *known.entry(month).or_default() += 1,
            None => unknown += 1,
        }
    }
    let mut counts = Vec::new();
    if let (Some(first), Some(last)) = (known.keys().next(), known.keys().last()) {
        let from = (*first).max(last.earlier(MONTHS - 1));
        let earlier = known.range(..from).map(|(_, machines)| machines).sum();
        counts.extend((earlier > 0).then(|| Bar::new("old".to_owned(), earlier)));
        counts.extend(from.through(*last).map(|month| {
            let starts_year = month == from || month.month() == 1;
            Bar {
                label: format!("{:02}", month.month()),
                year: starts_year.then_some(month.year()),
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
    fn latest_months_are_counted_separately() {
        let months = [(2025, 1), (2025, 2), (2025, 4), (2000, 9)]
            .map(|(year, month)| ReleaseMonth::new(year, month));
        let counts = counts(months.into_iter().chain([None]));
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
