//! Parses a CVSS score.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Visitor},
};

/// A score as a number, or as a text with one; anything else counts as missing.
pub(super) struct Score;

impl<'de> DeserializeSeed<'de> for Score {
    type Value = Option<u8>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Score {
    type Value = Option<u8>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, a text or null")
    }

    fn visit_f64<E>(self, score: f64) -> Result<Self::Value, E> {
        Ok(tenths(score))
    }

    fn visit_u64<E>(self, score: u64) -> Result<Self::Value, E> {
        Ok(u8::try_from(score)
            .ok()
            .and_then(|it| tenths(f64::from(it))))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, score: &str) -> Result<Self::Value, E> {
        Ok(score.trim().parse().ok().and_then(tenths))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// The tenths of a CVSS score, which is at most 10.
fn tenths(score: f64) -> Option<u8> {
    let tenths = (score * 10.0).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked"
    )]
    (0.0..=100.0).contains(&tenths).then_some(tenths as u8)
}
