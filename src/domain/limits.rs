//! The quota as people write it: `100/min,1500/h`, `10/s`, `none`.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

use thiserror::Error;

/// The longest window: longer than any real quota, and still safe to add to an instant.
const LONGEST_WINDOW: Duration = Duration::from_hours(24 * 366);

/// The maximum number of calls within any time span of this length: an exact sliding window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls allowed within the window.
    pub calls: NonZeroU32,
    /// Length of the window; never zero.
    pub window: Duration,
}

/// The limits that apply together; empty means no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateLimits(pub Vec<RateLimit>);

/// The smoothest rate within the limits, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace(pub Option<RateLimit>);

/// The limits and the pace of one API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// The limits, which hold together.
    pub limits: RateLimits,
    /// The smoothest rate within them.
    pub pace: Pace,
}

/// A text that is not a limit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid rate limit `{0}`: expected calls per window, such as 100/min, 1500/h or \
     100/60s, or none"
)]
pub struct InvalidLimit(String);

impl RateLimit {
    /// Whether calls within this limit are always within the other one.
    fn implies(self, other: Self) -> bool {
        self.calls <= other.calls && self.window >= other.window
    }
}

impl RateLimits {
    /// Limits given as pairs of calls and window; a limit of zero calls is left out.
    pub(crate) fn of(limits: &[(u32, Duration)]) -> Self {
        let limit = |&(calls, window): &(u32, Duration)| {
            let calls = NonZeroU32::new(calls)?;
            Some(RateLimit { calls, window })
        };
        Self(limits.iter().filter_map(limit).collect())
    }

    /// These limits with another one added; it replaces a limit with the same window. `None` if that narrows nothing.
    /// `none` stays `none`, because the user chose it.
    pub fn narrowed_by(&self, limit: RateLimit) -> Option<Self> {
        if self.0.is_empty() || self.0.iter().any(|own| own.implies(limit)) {
            return None;
        }
        let mut limits = self.0.clone();
        match limits.iter_mut().find(|own| own.window == limit.window) {
            Some(own) => *own = limit,
            None => limits.push(limit),
        }
        Some(Self(limits))
    }

    /// The longest window: after it, a call no longer counts. `None` without limits.
    pub fn longest(&self) -> Option<Duration> {
        self.0.iter().map(|limit| limit.window).max()
    }
}

impl FromStr for RateLimit {
    type Err = InvalidLimit;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidLimit(text.trim().to_owned());
        let (calls, window) = text.split_once('/').ok_or_else(invalid)?;
        Ok(Self {
            calls: calls.trim().parse().map_err(|_| invalid())?,
            window: window_length(window.trim()).ok_or_else(invalid)?,
        })
    }
}

/// `min`, `60s`, `1.5h`: a number that may be left out, and a unit.
fn window_length(text: &str) -> Option<Duration> {
    let unit_at = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "ms" => 0.001,
        "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" | "hour" => 3600.0,
        "d" | "day" => 86400.0,
        _ => return None,
    };
    let number = match number.trim() {
        "" => 1.0,
        number => number.parse::<f64>().ok()?,
    };
    Duration::try_from_secs_f64(number * seconds)
        .ok()
        .filter(|window| !window.is_zero() && *window <= LONGEST_WINDOW)
}

impl FromStr for RateLimits {
    type Err = InvalidLimit;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "none" {
            return Ok(Self::default());
        }
        text.split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl FromStr for Pace {
    type Err = InvalidLimit;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "none" {
            return Ok(Self(None));
        }
        text.parse().map(|limit| Self(Some(limit)))
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.window.as_millis();
        let (calls, seconds) = (self.calls, millis / 1000);
        match (millis % 1000, seconds) {
            (0, 1) => write!(formatter, "{calls}/s"),
            (0, 60) => write!(formatter, "{calls}/min"),
            (0, 3600) => write!(formatter, "{calls}/h"),
            (0, 86_400) => write!(formatter, "{calls}/day"),
            (0, _) => write!(formatter, "{calls}/{seconds}s"),
            _ => write!(formatter, "{calls}/{millis}ms"),
        }
    }
}

impl fmt::Display for RateLimits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("none");
        }
        let texts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        formatter.write_str(&texts.join(","))
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(limit) => limit.fmt(formatter),
            None => formatter.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_parsed() {
        for (text, calls, window_ms, printed) in [
            ("100/min", 100, 60_000, "100/min"),
            ("100/60s", 100, 60_000, "100/min"),
            (" 1500 / h ", 1500, 3_600_000, "1500/h"),
            ("10/s", 10, 1000, "10/s"),
            ("5/1.5s", 5, 1500, "5/1500ms"),
            ("7/250ms", 7, 250, "7/250ms"),
            ("7/2day", 7, 172_800_000, "7/172800s"),
        ] {
            let limit: RateLimit = text.parse().unwrap();
            assert_eq!(limit.calls.get(), calls, "{text}");
            assert_eq!(limit.window, Duration::from_millis(window_ms), "{text}");
            assert_eq!(limit.to_string(), printed);
        }
    }

    #[test]
    fn invalid_limits_are_refused() {
        for text in [
            "",
            "100",
            "0/min",
            "-1/s",
            "1/0s",
            "1/-1s",
            "1/NaNs",
            "1/fortnight",
            "x/min",
            "1/",
            "1/60",
            "1/367d",
            "1/200000000000000d",
        ] {
            assert_eq!(text.parse::<RateLimit>(), Err(InvalidLimit(text.into())));
        }
        assert!("100/min,".parse::<RateLimits>().is_err());
        assert!("100/min,none".parse::<RateLimits>().is_err());
    }

    #[test]
    fn none_means_no_limits() {
        assert_eq!("none".parse::<RateLimits>(), Ok(RateLimits::default()));
        assert_eq!("none".parse::<Pace>(), Ok(Pace(None)));
        assert_eq!(RateLimits::default().to_string(), "none");
    }

    #[test]
    fn limits_are_only_narrowed() {
        for (limits, other, expected) in [
            ("100/min,1500/h", "50/min", Some("50/min,1500/h")),
            ("100/min,1500/h", "1000/h", Some("100/min,1000/h")),
            ("100/min,1500/h", "20/30s", Some("100/min,1500/h,20/30s")),
            ("100/min", "1500/h", Some("100/min,1500/h")),
            ("100/min,80/min", "50/min", Some("50/min,80/min")),
            ("100/min", "100/min", None),
            ("100/min", "200/min", None),
            ("100/min", "100/s", None),
            ("20/h", "50/min", None),
            ("none", "50/min", None),
        ] {
            let narrowed = limits.parse::<RateLimits>().unwrap();
            let narrowed = narrowed.narrowed_by(other.parse().unwrap());
            let narrowed = narrowed.map(|it| it.to_string());
            assert_eq!(narrowed.as_deref(), expected, "{limits} and {other}");
        }
    }

    #[test]
    fn limits_keep_their_order() {
        let limits: RateLimits = "100/min, 1500/h".parse().unwrap();
        assert_eq!(limits.to_string(), "100/min,1500/h");
    }
}
