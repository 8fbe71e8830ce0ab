//! Whole numbers within bounds.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};

use super::InvalidValue;

/// A whole number from `LOW` to `HIGH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const LOW: u32, const HIGH: u32>(u32);

impl<const LOW: u32, const HIGH: u32> Whole<LOW, HIGH> {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    fn invalid(found: &str) -> InvalidValue {
        InvalidValue::new(
            found,
            "number",
            format!("a whole number from {LOW} to {HIGH}"),
        )
    }
}

impl<const LOW: u32, const HIGH: u32> FromStr for Whole<LOW, HIGH> {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim()
            .parse()
            .ok()
            .filter(|number| (LOW..=HIGH).contains(number))
            .map(Self)
            .ok_or_else(|| Self::invalid(text))
    }
}

impl<const LOW: u32, const HIGH: u32> fmt::Display for Whole<LOW, HIGH> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// In the file the value is a number, not a string.
impl<'de, const LOW: u32, const HIGH: u32> Deserialize<'de> for Whole<LOW, HIGH> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Visitor)
    }
}

struct Visitor<const LOW: u32, const HIGH: u32>;

impl<const LOW: u32, const HIGH: u32> de::Visitor<'_> for Visitor<LOW, HIGH> {
    type Value = Whole<LOW, HIGH>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number from {LOW} to {HIGH}")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        number.to_string().parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        for (text, number) in [("1", Some(1)), (" 9 ", Some(9)), ("0", None), ("10", None)] {
            let parsed = text.parse::<Whole<1, 9>>();
            assert_eq!(parsed.ok().map(Whole::get), number, "{text}");
        }
    }

    #[test]
    fn invalid_numbers_are_refused_with_the_bounds() {
        for text in ["", "-1", "1.5", "many", "99999999999"] {
            let error = text.parse::<Whole<1, 9>>().unwrap_err();
            let message = match text {
                "" => "number must not be empty".to_owned(),
                _ => format!("invalid number `{text}`: expected a whole number from 1 to 9"),
            };
            assert_eq!(error.to_string(), message);
        }
    }
}
