//! Machines by number of gaps.

use crate::aggregate::Fleet;

/// The maximum number of ranges of equal width.
const MOST_RANGES: u32 = 12;

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
    let gaps: Vec<u32> = gaps_of_machines(fleet).collect();
    equal_bins(fleet.coverage.clean, &gaps)
}

/// The number of gaps of each machine that has gaps.
fn gaps_of_machines(fleet: &Fleet) -> impl Iterator<Item = u32> {
    let answered = fleet.machines.iter().flat_map(|it| &it.result);
    answered.map(|it| it.missing).filter(|missing| *missing > 0)
}

fn equal_bins(clean: u64, gaps: &[u32]) -> Vec<Bar> {
    let most = gaps.iter().copied().max().unwrap_or(0);
    let width = width(most);
    let mut bins = vec![Bar::new("0".to_owned(), clean)];
    let firsts = (1..=most).step_by(width as usize);
    bins.extend(firsts.map(|first| Bar::new(label(first, width), 0)));
    for gaps in gaps {
        bins[(gaps - 1) as usize / width as usize + 1].count += 1;
    }
    bins
}

fn label(first: u32, width: u32) -> String {
    match width {
        1 => first.to_string(),
        _ => format!("{first}–{}", first.saturating_add(width - 1)),
    }
}

/// The number of values per range: 1, 2, 5, 10, 20, ...
fn width(most: u32) -> u32 {
    let decades = (0..9).map(|power| 10_u32.pow(power));
    let mut widths = decades.flat_map(|ten| [ten, 2 * ten, 5_u32.saturating_mul(ten)]);
    let fits = |width: &u32| most.div_ceil(*width) <= MOST_RANGES;
    widths.find(fits).unwrap_or(1_000_000_000)
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
            (u32::MAX, 500_000_000),
        ] {
            assert_eq!(width(most), expected, "{most}");
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
