//! The machines that match the latest filter, cached from page to page.

use super::{admission::Admission, filter::Filter};
use crate::simulator::{listing::Entry, reply::Reply};

/// The state of the list between calls.
#[derive(Debug, Default)]
pub(super) struct ListState {
    /// Calls that the quota admitted.
    pub(super) calls: usize,
    /// The number of times that the order has changed.
    pub(super) moves: u32,
    latest: Option<Matching>,
}

/// The machines that match a filter.
#[derive(Debug)]
struct Matching {
    filter: Option<String>,
    moves: u32,
    entries: Vec<Entry>,
}

impl ListState {
    /// The machines that match the request's filter. `Err` is a refusal.
    pub(super) fn matching(&mut self, call: &Admission<'_>) -> Result<&[Entry], Reply> {
        let filter = call.request.parameter("$filter");
        let moves = self.moves;
        let same = |it: &Matching| it.filter.as_deref() == filter && it.moves == moves;
        let matching = match self.latest.take().filter(same) {
            Some(matching) => matching,
            None => Matching {
                filter: filter.map(str::to_owned),
                moves,
                entries: chosen(call, filter, moves)?,
            },
        };
        Ok(&self.latest.insert(matching).entries)
    }
}

fn chosen(call: &Admission<'_>, filter: Option<&str>, moves: u32) -> Result<Vec<Entry>, Reply> {
    let tenant = call.tenant;
    let filter = filter.map(Filter::read).transpose();
    let filter = filter.map_err(|message| call.odata_error(&message))?;
    let mut entries = tenant.entries(moves);
    if let Some(filter) = filter {
        entries.retain(|&entry| filter.matches(&tenant.listed(entry)));
    }
    Ok(entries)
}
