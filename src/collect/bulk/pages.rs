//! Reads the rows from pages.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{BulkFetcher, Fetched, NoRows, mostly_unreadable};
use crate::{
    collect::retrying::Retrying,
    defender::{BulkAddress, BulkApi, BulkRows},
    domain::requests::Requests,
    quota::Permit,
};

/// The number of rows on a page: about 25 MB.
const PAGE_ROWS: u32 = 50_000;
/// The maximum number of pages, because the links might never end.
const MAX_PAGES: usize = 10_000;

impl<A: BulkApi> BulkFetcher<'_, A> {
    /// The rows of all pages, or why one of them could not be read. They hold for the current time.
    pub(super) async fn read_pages<R: BulkRows>(&self) -> Result<Fetched<R>, NoRows> {
        self.read_pages_from(BulkAddress::First(PAGE_ROWS)).await
    }

    /// The rows about changes since a time.
    pub(in crate::collect) async fn read_pages_since<R: BulkRows>(
        &self,
        since: Timestamp,
    ) -> Result<Fetched<R>, NoRows> {
        let first = BulkAddress::Since(since, PAGE_ROWS);
        self.read_pages_from(first).await
    }

    async fn read_pages_from<R: BulkRows>(&self, first: BulkAddress) -> Result<Fetched<R>, NoRows> {
        let generated_at = (self.clock)();
        let mut requests = Requests::default();
        let mut rows = R::default();
        let mut seen = HashSet::new();
        let mut next = Some(first);
        while let Some(address) = next {
            if seen.len() == MAX_PAGES || !seen.insert(address.clone()) {
                return Err("its pages never end".to_owned().into());
            }
            let send = async |permit: &Permit<'_>| self.api.bulk_page::<R>(&address, permit).await;
            let calls = Retrying::new(self.gate.limiter(R::DATASET.pages()), self.retries);
            let what = format!("a page of the {}", R::DATASET);
            let page = calls.call(&what, &mut requests, send).await?;
            rows.merge(page.items);
            next = page.next.map(BulkAddress::Next);
        }
        match mostly_unreadable(rows.counts()) {
            Some(problem) => Err(problem.into()),
            None => Fetched::new(rows, generated_at, requests),
        }
    }
}
