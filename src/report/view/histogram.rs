//! Machines by number of gaps.

use crate::aggregate::Fleet;

/// The maximum number of ranges of equal width.
const MOST_RANGES: u64 = 12;

/// A column of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Bar {
    pub(in crate::report) label: String,
    /// The year that starts with this column, if columns are months.
    pub(in crate::report) year: Option<u16>,
    pub(in crate::report) count: u64,
}

impl Bar {
    pub(super) const fn new(label: String, count: u64) -> Self {
        Self {
            label,
            year: None,
            count,
        }
    }
}

/// The answered machines with current data, in ranges of equal width. The first range is that of
/// the clean machines.
pub(in crate::report) fn equal(fleet: &Fleet) -> Vec<Bar> {
    let gaps: Vec<u64> = gaps_of_machines(fleet).collect();
    equal_bins(fleet.coverage.clean, &gaps)
}

/// The number of gaps of each machine that has gaps.
fn gaps_of_machines(fleet: &Fleet) -> impl Iterator<Item = u64> {
    let answered = fleet.machines.iter().flat_map(|it| &it.result);
    let missing = answered.map(|it| u64::from(it.missing));
    missing.filter(|missing| *missing > 0)
}

fn equal_bins(clean: u64, gaps: &[u64]) -> Vec<Bar> {
    let most = gaps.iter().copied().max().unwrap_or(0);
    let width = round_step(most, MOST_RANGES);
    let firsts = (0..most.div_ceil(width)).map(|range| range * width + 1);
    let ranges = firsts.map(|first| {
        let last = first + (width - 1);
        let label = match width {
            1 => first.to_string(),
            _ => format!("{first}–{last}"),
        };
        let range = first..=last;
        let machines = gaps.iter().filter(|it| range.contains(it)).count();
        Bar::new(label, machines as u64)
    });
    let clean = Bar::new("0".to_owned(), clean);
    std::iter::once(clean).chain(ranges).collect()
}

/// The smallest of 1, 2, 5, 10, 20, ... of which at most so many reach the largest.
pub(in crate::report) fn round_step(largest: u64, most: u64) -> u64 {
    let decades = (0..19).map(|power| 10_u64.pow(power));
    let mut steps = decades.flat_map(|ten| [ten, 2 * ten, ten.saturating_mul(5)]);
    steps
        .find(|step| largest.div_ceil(*step) <= most)
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_round_numbers() {
        for (most, expected) in [
            (0, 1),
            (12, 1),
            (13, 2),
            (60, 5),
            (61, 10),
            (1_000, 100),
            (u32::MAX.into(), 500_000_000),
        ] {
            assert_eq!(round_step(most, MOST_RANGES), expected, "{most}");
        }
    }

    #[test]
    fn every_machine_is_in_one_range() {
        let bins = equal_bins(4, &[1, 1, 2, 3, 24]);
        assert_eq!(bins.iter().map(|it| it.count).sum::<u64>(), 9);
        let found = |label: &str| bins.iter().find(|it| it.label == label).unwrap().count;
        assert_eq!(
            (found("0"), found("1–2"), found("3–4"), found("23–24")),
            (4, 3, 1, 1)
        );
    }
}
