//! The values of an axis: round numbers from zero on.

use crate::domain::text::thousands;

/// The maximum number of values above zero.
const MAX_TICKS: u64 = 5;

/// Round values from 0 to at least the largest: `0, 20, 40, 60` for 57.
pub(super) fn ticks(largest: u64) -> Vec<u64> {
    let step = step(largest.max(1));
    let count = largest.max(1).div_ceil(step);
    (0..=count).map(|it| it.saturating_mul(step)).collect()
}

/// The smallest of 1, 2, 5, 10, 20, ... of which at most five reach the largest.
fn step(largest: u64) -> u64 {
    let decades = (0..19).map(|power| 10_u64.pow(power));
    let mut steps = decades.flat_map(|ten| [ten, 2 * ten, ten.saturating_mul(5)]);
    steps
        .find(|step| largest.div_ceil(*step) <= MAX_TICKS)
        .unwrap_or(u64::MAX)
}

/// A value of an axis that ends at `end`, short enough to fit beside it: `0.5M` of 2,500,000.
pub(super) fn label(value: u64, end: u64) -> String {
    let (unit, letter) = match end {
        0..1_000_000 => return thousands(value),
        1_000_000..1_000_000_000 => (1_000_000, "M"),
        _ => (1_000_000_000, "B"),
    };
    let tenths = value % unit / (unit / 10);
    match (value, tenths) {
        (0, _) => "0".to_owned(),
        (_, 0) => format!("{}{letter}", thousands(value / unit)),
        _ => format!("{}.{tenths}{letter}", thousands(value / unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_largest() {
        for (largest, expected) in [
            (0, vec![0, 1]),
            (1, vec![0, 1]),
            (5, vec![0, 1, 2, 3, 4, 5]),
            (57, vec![0, 20, 40, 60]),
            (100, vec![0, 20, 40, 60, 80, 100]),
            (86_020, vec![0, 20_000, 40_000, 60_000, 80_000, 100_000]),
        ] {
            assert_eq!(ticks(largest), expected, "{largest}");
        }
        assert!(ticks(u64::MAX).last() >= Some(&(u64::MAX / 2)));
    }

    #[test]
    fn labels_are_short_and_say_the_value() {
        for (largest, expected) in [
            (57, "0 20 40 60"),
            (999_999, "0 0.2M 0.4M 0.6M 0.8M 1M"),
            (500_000, "0 100,000 200,000 300,000 400,000 500,000"),
            (1_900_000, "0 0.5M 1M 1.5M 2M"),
            (2_036_343, "0 0.5M 1M 1.5M 2M 2.5M"),
            (600_000_000, "0 200M 400M 600M"),
            (999_999_999_999, "0 200B 400B 600B 800B 1,000B"),
        ] {
            let ticks = ticks(largest);
            let end = ticks.last().copied().unwrap();
            let labels: Vec<String> = ticks.iter().map(|it| label(*it, end)).collect();
            assert_eq!(labels.join(" "), expected, "{largest}");
            assert!(labels.iter().all(|it| it.len() <= 7), "{labels:?}");
        }
    }
}
