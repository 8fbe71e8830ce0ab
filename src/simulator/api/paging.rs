//! `$top` and `$skip`, as OData has them.

use std::ops::Range;

use super::admission::Admission;
use crate::simulator::reply::Reply;

/// The most records on a page.
pub(super) const LARGEST_PAGE: usize = 10_000;

/// The requested page.
pub(super) struct Paging {
    pub(super) top: Option<usize>,
    pub(super) skip: usize,
}

impl Paging {
    /// Reads it; `others` are the options that the API knows beside these two.
    pub(super) fn read(call: &Admission<'_>, others: &[&str]) -> Result<Self, Reply> {
        for (name, _) in &call.request.query {
            let known = name == "$top" || name == "$skip" || others.contains(&name.as_str());
            if name.starts_with('$') && !known {
                let message = format!("The query option '{name}' is not supported.");
                return Err(call.odata_error(&message));
            }
        }
        let top = number(call, "$top")?;
        if top.is_some_and(|top| top > LARGEST_PAGE) {
            let message = format!("The limit of '{LARGEST_PAGE}' for Top query has been exceeded.");
            return Err(call.odata_error(&message));
        }
        Ok(Self {
            top,
            skip: number(call, "$skip")?.unwrap_or(0),
        })
    }

    /// The page's part of so many records.
    pub(super) fn part(&self, records: usize) -> Range<usize> {
        let start = self.skip.min(records);
        let size = self.top.unwrap_or(LARGEST_PAGE);
        start..start.saturating_add(size).min(records)
    }

    /// The first half of the page's part.
    pub(super) fn half_of_part(&self, records: usize) -> Range<usize> {
        let part = self.part(records);
        part.start..part.start + part.len().div_ceil(2)
    }

    /// The part of the page before; the first page has none before it.
    pub(super) fn part_before(&self, records: usize) -> Range<usize> {
        let size = self.top.unwrap_or(LARGEST_PAGE);
        let skip = self.skip.saturating_sub(size);
        Self { skip, ..*self }.part(records)
    }
}

fn number(call: &Admission<'_>, name: &str) -> Result<Option<usize>, Reply> {
    let text = call.request.parameter(name);
    text.map(str::parse).transpose().map_err(|_| {
        let message = format!("Invalid value for the query option '{name}'.");
        call.odata_error(&message)
    })
}
