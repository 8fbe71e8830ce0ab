//! Times as every report writes them.

use jiff::Timestamp;

/// RFC 3339 in UTC, to the second: `2026-11-23T13:00:00Z`.
pub(super) fn rfc3339(time: Timestamp) -> String {
    format!("{time:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_a_second_go() {
        for text in ["2026-11-23T13:00:00Z", "2026-11-23T13:00:00.999999999Z"] {
            assert_eq!(rfc3339(text.parse().unwrap()), "2026-11-23T13:00:00Z");
        }
    }
}
