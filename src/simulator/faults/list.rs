//! The faults of the machine list and the census.

use super::{CallFaults, Request, random_fault};
use crate::domain::words::words;

words! {
    /// A fault of one call of the machine list.
    pub enum ListFault {
        /// 429 with `Retry-After` in seconds.
        Throttled = "list-throttled",
        /// 500 `InternalServerError`.
        ServerError = "list-server-error",
        /// 200 with JSON that has no `value`.
        NoValue = "list-no-value",
        /// 200 with a proxy's page.
        NotJson = "list-not-json",
        /// Half of the page.
        ShortPage = "list-short-page",
        /// The previous page again.
        RepeatedPage = "list-repeated-page",
        /// The order of the list changes, from this page on.
        Moves = "list-moves",
    }
}

words! {
    /// An odd form of the machine list's records.
    pub enum ListOddForm {
        /// Names, groups and tags that spreadsheets, pages or terminals might interpret.
        HostileText = "list-hostile-text",
        /// 40 KB of tags on one machine of fifty.
        LongTags = "list-long-tags",
        /// A few additional records whose ids are not valid.
        BadIds = "list-bad-ids",
        /// One machine of twenty is listed twice.
        Twice = "list-twice",
        /// `computerDnsName` is null on one machine of five.
        NullNames = "list-null-names",
        /// `rbacGroupId` is a text in every second group.
        TextGroups = "list-text-groups",
    }
}

/// The faults of the machine list that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListFaults {
    /// Random faults, each with its share of the calls.
    pub per_call: Vec<(ListFault, f64)>,
    /// The faults of the first calls, in order, before any random ones.
    pub script: Vec<ListFault>,
    /// Odd forms of the records.
    pub odd_forms: Vec<ListOddForm>,
}

/// The faults of products and census that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CensusFaults {
    /// Those of their calls.
    pub calls: CallFaults,
    /// Whether it counts [`CENSUS_EXCESS`] too many machines for every KB with an even number.
    pub differs: bool,
}

/// The number of machines that a differing census counts too many.
pub const CENSUS_EXCESS: u64 = 5;

impl ListFaults {
    /// The fault of a call; `number` counts all calls of the list from 0.
    pub(in crate::simulator) fn of(
        &self,
        seed: u64,
        number: usize,
        request: Request<'_>,
    ) -> Option<ListFault> {
        match self.script.get(number) {
            Some(&fault) => Some(fault),
            None => random_fault(&self.per_call, request.draw(seed, "list fault")),
        }
    }

    pub(in crate::simulator) fn has(&self, form: ListOddForm) -> bool {
        self.odd_forms.contains(&form)
    }
}
