//! The values of an axis: round numbers from zero on.

/// The maximum number of values above zero.
const MOST: u64 = 5;

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
        .find(|step| largest.div_ceil(*step) <= MOST)
        .unwrap_or(u64::MAX)
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
}
