//! The deadlines: one text as a flag, a table in the file.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{InvalidValue, Whole};
use crate::policy::Deadlines;

/// The most days.
const MAX_DAYS: u32 = 36_500;

/// The number of days of a deadline.
type Days = Whole<0, MAX_DAYS>;

/// `off`, or the deadlines. Deadlines that are not given keep their defaults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeadlineSetting(Option<Deadlines>);

/// The table of the file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Table {
    known_exploited: Option<Days>,
    critical: Option<Days>,
    other: Option<Days>,
}

impl DeadlineSetting {
    /// The deadlines; `None` if there are none.
    pub const fn get(self) -> Option<Deadlines> {
        self.0
    }
}

impl From<Table> for DeadlineSetting {
    fn from(table: Table) -> Self {
        let default = Deadlines::default();
        let days = |days: Option<Days>, default: u16| {
            days.and_then(|it| u16::try_from(it.get()).ok())
                .unwrap_or(default)
        };
        Self(Some(Deadlines {
            known_exploited: days(table.known_exploited, default.known_exploited),
            critical: days(table.critical, default.critical),
            other: days(table.other, default.other),
        }))
    }
}

impl FromStr for DeadlineSetting {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || {
            let wanted = "off, default, or days such as known_exploited=14,critical=30,other=90";
            InvalidValue::new(text, "list of deadlines", wanted)
        };
        match text.trim() {
            "off" => return Ok(Self(None)),
            "default" => return Ok(Table::default().into()),
            _ => {}
        }
        let mut table = Table::default();
        for part in text.split(',') {
            let (key, days) = part.split_once('=').ok_or_else(invalid)?;
            let place = match key.trim().replace('-', "_").as_str() {
                "known_exploited" => &mut table.known_exploited,
                "critical" => &mut table.critical,
                "other" => &mut table.other,
                _ => return Err(invalid()),
            };
            let days = days.trim().parse().map_err(|_| invalid())?;
            if place.replace(days).is_some() {
                return Err(invalid());
            }
        }
        Ok(table.into())
    }
}

/// Deserialises a text as the flag takes it, or a table.
pub(in crate::config) fn deadlines<'de, D>(
    deserializer: D,
) -> Result<Option<DeadlineSetting>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(TextOrTable).map(Some)
}

struct TextOrTable;

impl<'de> Visitor<'de> for TextOrTable {
    type Value = DeadlineSetting;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"off\", or a table with known_exploited, critical and other in days")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<DeadlineSetting, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DeadlineSetting, A::Error> {
        Table::deserialize(MapAccessDeserializer::new(map)).map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_parsed() {
        for (text, expected) in [
            ("off", None),
            ("default", Some([14, 30, 90])),
            ("critical=7", Some([14, 7, 90])),
            (
                " known-exploited = 0 , other=365,critical=1",
                Some([0, 1, 365]),
            ),
        ] {
            let parsed: DeadlineSetting = text.parse().unwrap();
            let days = parsed
                .get()
                .map(|it| [it.known_exploited, it.critical, it.other]);
            assert_eq!(days, expected, "{text}");
        }
        for text in [
            "",
            "on",
            "14",
            "critical",
            "critical=",
            "critical=-1",
            "critical=soon",
            "critical=36501",
            "critical=7,critical=8",
            "high=7",
            "critical=7,",
        ] {
            let error = text.parse::<DeadlineSetting>().unwrap_err();
            assert!(error.to_string().contains("deadlines"), "{error}");
        }
    }
}
