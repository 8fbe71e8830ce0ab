//! Percentages.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};

use super::InvalidValue;

/// Parts per million in one percent.
const STEPS: f64 = 10_000.0;

/// A share from 0 to 100 percent, exact to four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent {
    per_million: u32,
}

impl Percent {
    /// A share of zero, which is always reached.
    pub const NONE: Self = Self { per_million: 0 };

    /// A whole number of percent, at most 100.
    pub const fn whole(percent: u32) -> Self {
        let percent = if percent > 100 { 100 } else { percent };
        Self {
            per_million: percent * 10_000,
        }
    }

    /// The number of percent.
    pub fn get(self) -> f64 {
        f64::from(self.per_million) / STEPS
    }

    /// Whether `part` is at least this share of `whole`. The comparison is exact: with ten thousand
    /// machines a rounded one would be wrong. Zero out of zero reaches every share.
    ///
    /// ```
    /// use patchgap::config::Percent;
    ///
    /// let share: Percent = "99.9%".parse()?;
    /// assert!(share.is_reached_by(9_990, 10_000));
    /// assert!(!share.is_reached_by(9_989, 10_000));
    /// # Ok::<(), patchgap::config::InvalidValue>(())
    /// ```
    pub fn is_reached_by(self, part: u64, whole: u64) -> bool {
        u128::from(part) * 1_000_000 >= u128::from(self.per_million) * u128::from(whole)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number lies between 0 and 100"
    )]
    fn from_number(number: f64) -> Option<Self> {
        (0.0..=100.0).contains(&number).then(|| Self {
            per_million: (number * STEPS).round() as u32,
        })
    }
}

fn invalid(found: &str) -> InvalidValue {
    InvalidValue::new(found, "percentage", "a number from 0 to 100")
}

impl FromStr for Percent {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim();
        let number = number.strip_suffix('%').unwrap_or(number).trim_end();
        number
            .parse()
            .ok()
            .and_then(Self::from_number)
            .ok_or_else(|| invalid(text))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}%", self.get())
    }
}

/// In the file a percentage may be a number or a string.
impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Percent;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number from 0 to 100")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Percent, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Percent, E> {
        Percent::from_number(number).ok_or_else(|| E::custom(invalid(&number.to_string())))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Percent, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_parsed() {
        for (text, printed) in [
            ("100", "100%"),
            ("0", "0%"),
            ("99.5", "99.5%"),
            (" 98 % ", "98%"),
            ("99.99%", "99.99%"),
        ] {
            assert_eq!(text.parse::<Percent>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn invalid_percentages_are_refused() {
        for text in ["", "%", "101", "100.01", "-1", "NaN", "inf", "most", "5%%"] {
            assert_eq!(text.parse::<Percent>(), Err(invalid(text)));
        }
    }

    #[test]
    fn comparison_is_exact_at_the_edge() {
        let all: Percent = "100".parse().unwrap();
        assert!(all.is_reached_by(u64::MAX, u64::MAX));
        assert!(!all.is_reached_by(u64::MAX - 1, u64::MAX));
        assert!(all.is_reached_by(0, 0));
        let third: Percent = "33.3333".parse().unwrap();
        assert!(third.is_reached_by(1, 3));
    }
}
