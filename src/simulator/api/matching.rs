//! The machines that match the latest filter, kept from page to page.

use super::{admission::Admission, filter::Filter};
use crate::simulator::{listing::Entry, reply::Reply};

/// The machines that match a filter.
#[derive(Debug)]
pub(super) struct Matching {
    filter: Option<String>,
    pub(super) entries: Vec<Entry>,
}

impl Matching {
    /// Those that match the request's filter. `Err` is a refusal.
    pub(super) fn of(call: &Admission<'_>, kept: Option<Self>) -> Result<Self, Reply> {
        let filter = call.request.parameter("$filter");
        match kept {
            Some(kept) if kept.filter.as_deref() == filter => Ok(kept),
            _ => Ok(Self {
                filter: filter.map(str::to_owned),
                entries: matching(call, filter)?,
            }),
        }
    }
}

fn matching(call: &Admission<'_>, filter: Option<&str>) -> Result<Vec<Entry>, Reply> {
    let tenant = call.tenant;
    let filter = filter.map(Filter::read).transpose();
    let filter = filter.map_err(|message| call.odata_error(&message))?;
    let all = tenant.entries().iter().copied();
    Ok(match filter {
        None => all.collect(),
        Some(filter) => all
            .filter(|&entry| filter.matches(&tenant.listed(entry)))
            .collect(),
    })
}
