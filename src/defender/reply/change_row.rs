//! Parses one row about a change of a vulnerability.

use std::borrow::Cow;

use super::{
    bulk::BulkRows,
    row::{Cell, Key, Row, beginning, machine_id},
};
use crate::domain::{
    bulk::{Dataset, RowCounts},
    vulnerabilities::ChangedMachines,
};

/// What a change may be.
const STATUSES: [&str; 3] = ["new", "fixed", "updated"];

impl BulkRows for ChangedMachines {
    const DATASET: Dataset = Dataset::Changes;
    type Row<'de> = RowDto<'de>;

    fn add_row(&mut self, row: &RowDto<'_>) -> Result<(), String> {
        let machine = machine_id(&row.machine)?;
        let status = row.status.trim();
        if !STATUSES.iter().any(|it| status.eq_ignore_ascii_case(it)) {
            let status = beginning(status.as_bytes());
            return Err(format!("`{status}` is not a known status"));
        }
        if !row.kb.trim().is_empty() {
            self.machines.insert(machine);
        }
        Ok(())
    }

    fn counts(&self) -> &RowCounts {
        &self.counts
    }

    fn counts_mut(&mut self) -> &mut RowCounts {
        &mut self.counts
    }

    /// Never: no changes are a valid answer.
    fn is_empty(&self) -> bool {
        false
    }

    fn merge(&mut self, other: Self) {
        self.counts.merge(other.counts);
        self.machines.extend(other.machines);
    }
}

/// The fields of a row that are used.
#[derive(Debug, Default)]
pub struct RowDto<'row> {
    machine: Cow<'row, str>,
    kb: Cow<'row, str>,
    status: Cow<'row, str>,
}

impl<'de> Row<'de> for RowDto<'de> {
    fn cell(&mut self, key: Key<'_>) -> Option<Cell<'_, 'de>> {
        Some(Cell::Text(match key {
            _ if key.is("deviceid") => &mut self.machine,
            _ if key.is("recommendedsecurityupdateid") => &mut self.kb,
            _ if key.is("status") => &mut self.status,
            _ => return None,
        }))
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
