//! Durations.

use std::{str::FromStr, time::Duration};

use jiff::SpanRelativeTo;

use super::InvalidValue;

/// A duration such as `500ms`, `30s`, `1h30m` or `7d`, where a day is 24 hours. It is never zero,
/// and at most `MOST_HOURS` long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<const MOST_HOURS: u64 = 24>(Duration);

impl<const MOST_HOURS: u64> Span<MOST_HOURS> {
    /// The duration.
    pub const fn get(self) -> Duration {
        self.0
    }

    fn fits(length: &Duration) -> bool {
        !length.is_zero() && *length <= Duration::from_hours(MOST_HOURS)
    }

    /// What is allowed, in the units that suit this option.
    fn wanted() -> String {
        let (examples, most) = match MOST_HOURS / 24 {
            days @ 2.. => ("90m, 20h or 7d", format!("{days}d")),
            _ => ("500ms, 30s, 2m or 1h30m", format!("{MOST_HOURS}h")),
        };
        format!("a number and its unit, such as {examples}; above zero and at most {most}")
    }
}

impl<const MOST_HOURS: u64> FromStr for Span<MOST_HOURS> {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        length(text.trim())
            .filter(Self::fits)
            .map(Self)
            .ok_or_else(|| InvalidValue::new(text, "duration", Self::wanted()))
    }
}

/// Parses a duration. Only units of fixed length are allowed, so no months; negative durations are
/// refused.
fn length(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed() {
        for (text, millis) in [
            ("500ms", 500),
            ("30s", 30_000),
            (" 2m ", 120_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1500),
            ("24h", 86_400_000),
            ("1d", 86_400_000),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.get(), Duration::from_millis(millis), "{text}");
        }
    }

    #[test]
    fn long_durations_are_parsed_where_allowed() {
        for (text, hours) in [
            ("20h", 20),
            ("7d", 168),
            ("2w", 336),
            ("1d12h", 36),
            ("366d", 8784),
        ] {
            let span: Span<8784> = text.parse().unwrap();
            assert_eq!(span.get(), Duration::from_hours(hours), "{text}");
        }
    }

    #[test]
    fn invalid_durations_are_refused() {
        for text in [
            "",
            "30",
            "s",
            "0s",
            "-1s",
            "1s ago",
            "1mo",
            "24h1s",
            "2d",
            "soon",
            "99999999999999999999h",
        ] {
            let error = text.parse::<Span>().unwrap_err();
            assert_eq!(error.found, text);
            assert!(error.wanted.ends_with("at most 24h"), "{error}");
        }
    }

    #[test]
    fn too_long_durations_are_refused_with_the_maximum() {
        for text in ["366d1s", "367d", "1y", "12mo"] {
            let error = text.parse::<Span<8784>>().unwrap_err();
            assert!(error.wanted.contains("such as 90m, 20h or 7d;"), "{error}");
            assert!(error.wanted.ends_with("at most 366d"), "{error}");
        }
    }
}
