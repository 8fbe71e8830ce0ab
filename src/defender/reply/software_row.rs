//! Parses one row of the software inventory, without keeping what is not used.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    bulk::BulkRows,
    row::{Borrowed, Key, KeySeed, LONGEST_TEXT, beginning},
};
use crate::domain::{
    bulk::{Dataset, RowCounts},
    census::MICROSOFT,
    software::{SoftwareRow, SoftwareRows},
};

impl BulkRows for SoftwareRows {
    const DATASET: Dataset = Dataset::Software;

    fn add_line(&mut self, line: &[u8]) {
        self.counts.rows += 1;
        match serde_json::from_slice::<RowDto<'_>>(line) {
            Ok(row) => row.add_to(self),
            Err(error) => self
                .counts
                .add_unreadable(|number| format!("row {number}, `{}`: {error}", beginning(line))),
        }
    }

    fn add_list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<RowDto<'_>>()? {
            self.counts.rows += 1;
            row.add_to(self);
        }
        Ok(())
    }

    fn counts(&self) -> &RowCounts {
        &self.counts
    }

    fn is_empty(&self) -> bool {
        self.has_no_machines()
    }

    fn merge(&mut self, other: Self) {
        self.add_all(other);
    }
}

/// A row, as far as it is used.
#[derive(Debug, Default)]
struct RowDto<'row> {
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
    fn add_to(&self, rows: &mut SoftwareRows) {
        if !self.vendor.trim().eq_ignore_ascii_case(MICROSOFT) {
            return;
        }
        match self.problem() {
            None => {}
            Some(problem) => {
                let problem = |number| format!("row {number}: {problem}");
                return rows.counts.add_unreadable(problem);
            }
        }
        let Ok(machine) = self.machine.parse() else {
            let id = beginning(self.machine.as_bytes());
            let problem = |number| format!("row {number}: `{id}` is not a machine id");
            return rows.counts.add_unreadable(problem);
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

/// The keys that are used. All have different lengths.
enum SoftwareKey {
    DeviceId,
    OsPlatform,
    SoftwareVendor,
    SoftwareName,
    SoftwareVersion,
    EndOfSupportStatus,
    EndOfSupportDate,
    Other,
}

impl Key for SoftwareKey {
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

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = RowDto<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row of the software inventory")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RowDto<'de>, A::Error> {
        let mut row = RowDto::default();
        while let Some(key) = map.next_key_seed(KeySeed::<SoftwareKey>::new())? {
            let field = match key {
                SoftwareKey::DeviceId => &mut row.machine,
                SoftwareKey::OsPlatform => &mut row.platform,
                SoftwareKey::SoftwareVendor => &mut row.vendor,
                SoftwareKey::SoftwareName => &mut row.product,
                SoftwareKey::SoftwareVersion => &mut row.version,
                SoftwareKey::EndOfSupportStatus => &mut row.support_status,
                SoftwareKey::EndOfSupportDate => &mut row.support_ends,
                SoftwareKey::Other => {
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
