//! Parses one row about a change of a vulnerability.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    bulk::BulkRows,
    row::{Borrowed, Key, KeySeed, beginning},
};
use crate::domain::{
    bulk::{Dataset, RowCounts},
    vulnerabilities::ChangedMachines,
};

/// What a change may be.
const STATUSES: [&str; 3] = ["new", "fixed", "updated"];

impl BulkRows for ChangedMachines {
    const DATASET: Dataset = Dataset::Changes;

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

    /// That nothing has changed is an answer, too.
    fn is_empty(&self) -> bool {
        false
    }

    fn merge(&mut self, other: Self) {
        self.counts.merge(other.counts);
        self.machines.extend(other.machines);
    }
}

/// A row, as far as it is used.
#[derive(Debug, Default)]
struct RowDto<'row> {
    machine: Cow<'row, str>,
    kb: Cow<'row, str>,
    status: Cow<'row, str>,
}

impl RowDto<'_> {
    fn add_to(&self, rows: &mut ChangedMachines) {
        let Ok(machine) = self.machine.parse() else {
            let id = beginning(self.machine.as_bytes());
            let problem = |number| format!("row {number}: `{id}` is not a machine id");
            return rows.counts.add_unreadable(problem);
        };
        let status = self.status.trim();
        if !STATUSES.iter().any(|it| status.eq_ignore_ascii_case(it)) {
            let status = beginning(status.as_bytes());
            let problem = |number| format!("row {number}: `{status}` is not a known status");
            return rows.counts.add_unreadable(problem);
        }
        if !self.kb.trim().is_empty() {
            rows.machines.insert(machine);
        }
    }
}

/// The keys that are used. All have different lengths.
enum ChangeKey {
    DeviceId,
    UpdateId,
    Status,
    Other,
}

impl Key for ChangeKey {
    fn of(text: &str) -> Self {
        let (key, name) = match text.len() {
            6 => (Self::Status, "status"),
            8 => (Self::DeviceId, "deviceid"),
            27 => (Self::UpdateId, "recommendedsecurityupdateid"),
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
        formatter.write_str("a row about a change of a vulnerability")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RowDto<'de>, A::Error> {
        let mut row = RowDto::default();
        while let Some(key) = map.next_key_seed(KeySeed::<ChangeKey>::new())? {
            let field = match key {
                ChangeKey::DeviceId => &mut row.machine,
                ChangeKey::UpdateId => &mut row.kb,
                ChangeKey::Status => &mut row.status,
                ChangeKey::Other => {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_with_a_change_of_a_kb_are_named() {
        let mut rows = ChangedMachines::default();
        let id = |number: u8| format!("{number:040x}");
        for line in [
            format!(
                r#"{{"deviceId":"{}","recommendedSecurityUpdateId":"5000001","status":"New"}}"#,
                id(1)
            ),
            format!(
                r#"{{"DeviceId":"{}","RecommendedSecurityUpdateId":5000001,"Status":"fixed"}}"#,
                id(2)
            ),
            format!(
                r#"{{"DeviceId":"{}","RecommendedSecurityUpdateId":null,"Status":"New"}}"#,
                id(3)
            ),
            format!(
                r#"{{"DeviceId":"{}","RecommendedSecurityUpdateId":"1","Status":"Reopened"}}"#,
                id(4)
            ),
            r#"{"DeviceId":"x","Status":"New"}"#.to_owned(),
        ] {
            rows.add_line(line.as_bytes());
        }
        let named = [1, 2].map(|it| id(it).parse().unwrap());
        assert_eq!(rows.machines, named.into_iter().collect());
        assert_eq!((rows.counts.rows, rows.counts.unreadable), (5, 2));
        assert_eq!(
            rows.counts.example.as_deref(),
            Some("row 4: `Reopened` is not a known status")
        );
    }
}
