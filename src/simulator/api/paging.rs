//! `$top` and `$skip` of OData.

use std::ops::Range;

use super::admission::Admission;
use crate::simulator::reply::Reply;

/// The maximum number of records on a page.
pub(super) const MAX_PAGE: usize = 10_000;

/// The requested page.
pub(super) struct Paging {
    pub(super) top: Option<usize>,
    pub(super) skip: usize,
}

impl Paging {
    /// Parses the parameters; `others` are the options that the API supports besides these two.
    pub(super) fn read(call: &Admission<'_>, others: &[&str]) -> Result<Self, Reply> {
        for (name, _) in &call.request.query {
            let known = name == "$top" || name == "$skip" || others.contains(&name.as_str());
            if name.starts_with('$') && !known {
                let message = format!("The query option '{name}' is not supported.");
                return Err(call.odata_error(&message));
            }
        }
        let top = number(call, "$top")?;
        if top.is_some_and(|top| top > MAX_PAGE) {
            let message = format!("The limit of '{MAX_PAGE}' for Top query has been exceeded.");
            return Err(call.odata_error(&message));
        }
        Ok(Self {
            top,
            skip: number(call, "$skip")?.unwrap_or(0),
        })
    }

    /// The range of this page in this number of records.
    pub(super) fn part(&self, records: usize) -> Range<usize> {
        let start = self.skip.min(records);
        let size = self.top.unwrap_or(MAX_PAGE);
        start..start.saturating_add(size).min(records)
    }

    /// The first half of the page's range.
    pub(super) fn half_of_part(&self, records: usize) -> Range<usize> {
        let part = self.part(records);
        part.start..part.start + part.len().div_ceil(2)
    }

    /// The range of the previous page; empty for the first page.
    pub(super) fn part_before(&self, records: usize) -> Range<usize> {
        let size = self.top.unwrap_or(MAX_PAGE);
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
