//! Numbers as people read them.

/// The share in percent, with one decimal, cut and not rounded: 9,999 of 10,000 are not
/// 100.0 %.
pub(crate) fn share(part: u64, whole: u64) -> String {
    let per_mille = per_mille(part, whole);
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

/// How many in a thousand, cut and not rounded.
pub(crate) fn per_mille(part: u64, whole: u64) -> u64 {
    u64::try_from(shares(part, whole, 1000)).unwrap_or(u64::MAX)
}

/// The share in whole percent, cut and not rounded.
pub(crate) fn whole_share(part: u64, whole: u64) -> String {
    format!("{} %", shares(part, whole, 100))
}

fn shares(part: u64, whole: u64, of: u128) -> u128 {
    (u128::from(part) * of)
        .checked_div(u128::from(whole))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_cut() {
        assert_eq!(share(9_873, 10_000), "98.7 %");
        assert_eq!(share(99_999, 100_000), "99.9 %");
        assert_eq!(share(1, 1), "100.0 %");
        assert_eq!(share(0, 0), "0.0 %");
        assert_eq!(share(u64::MAX, u64::MAX), "100.0 %");
        assert_eq!(whole_share(719, 1000), "71 %");
    }
}
