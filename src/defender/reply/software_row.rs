//! Parses one row of the software inventory.

use std::borrow::Cow;

use super::{
    bulk::BulkRows,
    row::{Cell, Key, LONGEST_TEXT, Row, machine_id},
};
use crate::domain::{
    bulk::{Dataset, RowCounts},
    census::MICROSOFT,
    software::{SoftwareRow, SoftwareRows},
};

impl BulkRows for SoftwareRows {
    const DATASET: Dataset = Dataset::Software;
    type Row<'de> = RowDto<'de>;

    /// Adds the row if the product is Microsoft's.
    fn add_row(&mut self, row: &RowDto<'_>) -> Result<(), String> {
        if !row.vendor.trim().eq_ignore_ascii_case(MICROSOFT) {
            return Ok(());
        }
        row.check()?;
        self.add(&SoftwareRow {
            machine: machine_id(&row.machine)?,
            platform: row.platform.trim(),
            product: row.product.trim(),
            version: row.version.trim(),
            support_status: row.support_status.trim(),
            support_ends: row.support_ends.trim(),
        });
        Ok(())
    }

    fn counts(&self) -> &RowCounts {
        &self.counts
    }

    fn counts_mut(&mut self) -> &mut RowCounts {
        &mut self.counts
    }

    fn is_empty(&self) -> bool {
        self.has_no_machines()
    }

    fn merge(&mut self, other: Self) {
        self.add_all(other);
    }
}

/// The fields of a row that are used.
#[derive(Debug, Default)]
pub struct RowDto<'row> {
    machine: Cow<'row, str>,
    platform: Cow<'row, str>,
    vendor: Cow<'row, str>,
    product: Cow<'row, str>,
    version: Cow<'row, str>,
    support_status: Cow<'row, str>,
    support_ends: Cow<'row, str>,
}

impl RowDto<'_> {
    fn check(&self) -> Result<(), String> {
        let texts = [
            &self.platform,
            &self.product,
            &self.version,
            &self.support_status,
        ];
        if self.product.trim().is_empty() {
            return Err("it has no `softwareName`".to_owned());
        }
        if texts.iter().any(|text| text.len() > LONGEST_TEXT) {
            return Err("it has a text that is too long".to_owned());
        }
        Ok(())
    }
}

impl<'de> Row<'de> for RowDto<'de> {
    fn cell(&mut self, key: Key<'_>) -> Option<Cell<'_, 'de>> {
        Some(Cell::Text(match key {
            _ if key.is("deviceid") => &mut self.machine,
            _ if key.is("osplatform") => &mut self.platform,
            _ if key.is("softwarevendor") => &mut self.vendor,
            _ if key.is("softwarename") => &mut self.product,
            _ if key.is("softwareversion") => &mut self.version,
            _ if key.is("endofsupportstatus") => &mut self.support_status,
            _ if key.is("endofsupportdate") => &mut self.support_ends,
            _ => return None,
        }))
    }
}
