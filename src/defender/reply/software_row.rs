//! Parses one row of the software inventory, without keeping what is not used.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};

use crate::domain::{
    census::MICROSOFT,
    software::{SoftwareRow, SoftwareRows},
};

/// The maximum length in bytes of a text: a longer one is damage.
const LONGEST_TEXT: usize = 1000;
/// The part of an unreadable row that is quoted, in characters.
const QUOTED: usize = 60;

/// A row, as far as it is used.
#[derive(Debug, Default)]
pub(super) struct RowDto<'row> {
    machine: Cow<'row, str>,
    platform: Cow<'row, str>,
    vendor: Cow<'row, str>,
    product: Cow<'row, str>,
    version: Cow<'row, str>,
    support_status: Cow<'row, str>,
    support_ends: Cow<'row, str>,
}

impl RowDto<'_> {
    /// Adds it, if it is one of Microsoft's.
    pub(super) fn add_to(&self, rows: &mut SoftwareRows) {
        if !self.vendor.trim().eq_ignore_ascii_case(MICROSOFT) {
            return;
        }
        match self.problem() {
            None => {}
            Some(problem) => {
                let number = rows.rows;
                return rows.add_unreadable(|| format!("row {number}: {problem}"));
            }
        }
        let Ok(machine) = self.machine.parse() else {
            let number = rows.rows;
            let id = beginning(self.machine.as_bytes());
            return rows.add_unreadable(|| format!("row {number}: `{id}` is not a machine id"));
        };
        rows.add(&SoftwareRow {
            machine,
            platform: self.platform.trim(),
            product: self.product.trim(),
            version: self.version.trim(),
            support_status: self.support_status.trim(),
            support_ends: self.support_ends.trim(),
        });
    }

    fn problem(&self) -> Option<&'static str> {
        let texts = [
            &self.platform,
            &self.product,
            &self.version,
            &self.support_status,
        ];
        if self.product.trim().is_empty() {
            return Some("it has no `softwareName`");
        }
        let is_long = texts.iter().any(|text| text.len() > LONGEST_TEXT);
        is_long.then_some("it has a text that is too long")
    }
}

/// The beginning of a text from outside, to be quoted.
pub(super) fn beginning(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..4 * QUOTED).unwrap_or(text));
    let quoted: String = text.chars().take(QUOTED).collect();
    quoted.escape_debug().to_string()
}

/// The keys that are used. All have different lengths.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    DeviceId,
    OsPlatform,
    SoftwareVendor,
    SoftwareName,
    SoftwareVersion,
    EndOfSupportStatus,
    EndOfSupportDate,
    Other,
}

impl Key {
    /// Files and pages write the keys in different cases.
    fn of(text: &str) -> Self {
        let (key, name) = match text.len() {
            8 => (Self::DeviceId, "deviceid"),
            10 => (Self::OsPlatform, "osplatform"),
            12 => (Self::SoftwareName, "softwarename"),
            14 => (Self::SoftwareVendor, "softwarevendor"),
            15 => (Self::SoftwareVersion, "softwareversion"),
            16 => (Self::EndOfSupportDate, "endofsupportdate"),
            18 => (Self::EndOfSupportStatus, "endofsupportstatus"),
            _ => return Self::Other,
        };
        if text.eq_ignore_ascii_case(name) {
            key
        } else {
            Self::Other
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_str<E>(self, text: &str) -> Result<Key, E> {
                Ok(Key::of(text))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// A text that may also be a number or null; it is copied only if it has escapes.
struct Borrowed;

impl<'de> DeserializeSeed<'de> for Borrowed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Borrowed {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = RowDto<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row of the software inventory")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RowDto<'de>, A::Error> {
        let mut row = RowDto::default();
        while let Some(key) = map.next_key()? {
            let field = match key {
                Key::DeviceId => &mut row.machine,
                Key::OsPlatform => &mut row.platform,
                Key::SoftwareVendor => &mut row.vendor,
                Key::SoftwareName => &mut row.product,
                Key::SoftwareVersion => &mut row.version,
                Key::EndOfSupportStatus => &mut row.support_status,
                Key::EndOfSupportDate => &mut row.support_ends,
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = map.next_value_seed(Borrowed)?;
        }
        Ok(row)
    }
}

impl<'de> Deserialize<'de> for RowDto<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}
