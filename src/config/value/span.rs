//! Lengths of time.

use std::{str::FromStr, time::Duration};

use jiff::SignedDuration;

use super::InvalidValue;

/// The longest that anything here may take.
const LONGEST: Duration = Duration::from_hours(24);

/// A length of time as people write it: `500ms`, `30s`, `2m`, `1h30m`. Never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(Duration);

impl Span {
    /// The length.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim()
            .parse::<SignedDuration>()
            .ok()
            .and_then(|length| Duration::try_from(length).ok())
            .filter(|length| !length.is_zero() && *length <= LONGEST)
            .map(Self)
            .ok_or_else(|| {
                InvalidValue::new(
                    text,
                    "duration: write a number and its unit, such as 500ms, 30s, 2m or 1h30m; \
                     above zero and at most 24h",
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        for (text, millis) in [
            ("500ms", 500),
            ("30s", 30_000),
            (" 2m ", 120_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1500),
            ("24h", 86_400_000),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.get(), Duration::from_millis(millis), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration() {
        for text in [
            "",
            "30",
            "s",
            "0s",
            "-1s",
            "1s ago",
            "1mo",
            "24h1s",
            "soon",
            "99999999999999999999h",
        ] {
            let error = text.parse::<Span>().unwrap_err();
            assert_eq!(error.found, text);
        }
    }
}
