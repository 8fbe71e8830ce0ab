//! The inventory from pages.

use std::collections::HashSet;

use super::{Fetched, SoftwareFetcher, describe, mostly_unreadable};
use crate::{
    collect::{Requests, retrying::Retrying},
    defender::{SoftwareAddress, SoftwareApi},
    domain::{api::Api, software::SoftwareRows},
    quota::Permit,
};

/// The number of rows on a page: some 25 MB.
const PAGE_ROWS: u32 = 50_000;
/// The maximum number of pages: links may never end.
const MOST_PAGES: usize = 10_000;

impl<A: SoftwareApi> SoftwareFetcher<'_, A> {
    /// The rows of all pages; or why one of them cannot be had. They hold for now.
    pub(super) async fn read_pages(&self) -> Result<Fetched, String> {
        let generated_at = (self.clock)();
        let mut requests = Requests::default();
        let mut rows = SoftwareRows::default();
        let mut seen = HashSet::new();
        let mut next = Some(SoftwareAddress::First(PAGE_ROWS));
        while let Some(address) = next {
            if seen.len() == MOST_PAGES || !seen.insert(address.clone()) {
                return Err("its pages never end".to_owned());
            }
            let send = async |permit: &Permit<'_>| self.api.software_page(&address, permit).await;
            let calls = Retrying {
                limiter: self.gate.limiter(Api::Software),
                retries: self.retries,
                gives_up_without_quota: true,
            };
            let what = "a page of the software inventory";
            let page = calls.call(what, &mut requests, send).await;
            let page = page.map_err(|error| describe(&error))?;
            rows.merge(page.rows);
            next = page.next;
        }
        match mostly_unreadable(&rows) {
            Some(problem) => Err(problem),
            None => Fetched::new(rows, generated_at),
        }
    }
}
