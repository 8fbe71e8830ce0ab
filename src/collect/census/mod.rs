//! Fetches the service's own count of machines that miss a KB: one call for the tenant's products, and one
//! for each relevant product.
//!
//! A product without a reply is left out, and the others are still counted. After several of them in a row,
//! the service is considered down.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::retrying::{NoResult, Retrying};
use crate::{
    defender::{CallError, CensusAddress, CensusApi, Class, ListPage},
    domain::{
        census::{Product, UncountedProduct, microsoft_id},
        kb::KbId,
        outcome::Failure,
        requests::Requests,
    },
    quota::{Limiter, Permit},
};

/// The number of products on a page: the maximum that the service allows.
const PAGE_SIZE: usize = 10_000;
/// The maximum number of pages, because the links might never end.
const MAX_PAGES: usize = 1000;
/// After this many products in a row without a reply, no more are requested.
const MAX_UNANSWERED_IN_A_ROW: usize = 3;

/// Fetches the census through one API.
pub struct CensusFetcher<'run, A> {
    /// The API.
    pub api: &'run A,
    /// The limiter of the API.
    pub limiter: &'run Limiter,
    /// The number of attempts after the first, for each call.
    pub retries: u32,
    /// The products named in the answers of the run.
    pub named: &'run BTreeSet<String>,
}

/// The service's counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServiceCensus {
    /// The number of machines that miss a KB, by product.
    pub products: BTreeMap<String, BTreeMap<KbId, u64>>,
    /// The products without a count, by name.
    pub left_out: Vec<UncountedProduct>,
    /// The calls that were sent.
    pub requests: Requests,
}

/// Why something could not be fetched.
enum Problem {
    /// The service does not know the product, or does not count its machines.
    Refused(Failure),
    /// There was no reply.
    Silent(String),
    TooManyPages,
}

impl<A: CensusApi> CensusFetcher<'_, A> {
    /// Fetches the whole census. The error says why the tenant's products could not be fetched.
    pub async fn fetch(&self) -> Result<ServiceCensus, String> {
        let mut census = ServiceCensus::default();
        let products = self.products(&mut census.requests).await;
        let products = products.map_err(|problem| problem.describe())?;
        let mut silent = 0;
        for (product, id) in requested(products, self.named) {
            if silent == MAX_UNANSWERED_IN_A_ROW {
                let because = "not requested because the ones before it got no answer".to_owned();
                census.left_out.push(UncountedProduct { product, because });
                continue;
            }
            match self.missing_in(id, &mut census.requests).await {
                Ok(kbs) => {
                    silent = 0;
                    census.products.insert(product, kbs);
                }
                Err(problem) => {
                    silent = if problem.is_silence() { silent + 1 } else { 0 };
                    let because = problem.describe();
                    census.left_out.push(UncountedProduct { product, because });
                }
            }
        }
        Ok(census)
    }

    /// The tenant's products. The list ends with a page that has nothing new.
    async fn products(&self, requests: &mut Requests) -> Result<Vec<Product>, Problem> {
        let mut ids = HashSet::new();
        let mut products = Vec::new();
        let mut received = 0;
        let mut next = Some(CensusAddress::Products(0));
        for _ in 0..MAX_PAGES {
            let Some(address) = next else {
                return Ok(products);
            };
            let send = async |permit: &Permit<'_>| self.api.products(&address, permit).await;
            let page = self.call("the list of products", requests, send).await;
            let page = match page {
                // Not an error: there are no products, or no more of them.
                Err(Problem::Refused(failure)) if failure.http_status == Some(404) => {
                    return Ok(products);
                }
                other => other?,
            };
            let before = products.len();
            received += page.items.len();
            let is_full = page.items.len() >= PAGE_SIZE;
            products.extend(
                page.items
                    .into_iter()
                    .filter(|it| ids.insert(it.id.clone())),
            );
            let is_over = products.len() == before;
            let by_position = is_full.then_some(CensusAddress::Products(received));
            next = page.next.map(CensusAddress::Next).or(by_position);
            next = next.filter(|_| !is_over);
        }
        Err(Problem::TooManyPages)
    }

    /// The number of machines by KB that they miss in the product with this id.
    async fn missing_in(
        &self,
        id: String,
        requests: &mut Requests,
    ) -> Result<BTreeMap<KbId, u64>, Problem> {
        let what = format!("the census of {}", id.escape_debug());
        let mut kbs = BTreeMap::new();
        let mut next = Some(CensusAddress::MissingIn(id));
        for _ in 0..MAX_PAGES {
            let Some(address) = next else { return Ok(kbs) };
            let send = async |permit: &Permit<'_>| self.api.missing_in(&address, permit).await;
            let page = self.call(&what, requests, send).await?;
            for kb in &page.items {
                let machines: &mut u64 = kbs.entry(kb.id.clone()).or_default();
                *machines = (*machines).max(kb.machine_missed_on.unwrap_or(0));
            }
            next = page.next.map(CensusAddress::Next);
        }
        Err(Problem::TooManyPages)
    }

    async fn call<T>(
        &self,
        what: &str,
        requests: &mut Requests,
        send: impl AsyncFn(&Permit<'_>) -> Result<ListPage<T>, CallError>,
    ) -> Result<ListPage<T>, Problem> {
        let calls = Retrying::new(self.limiter, self.retries);
        let result = calls.call(what, requests, send).await;
        result.map_err(|error| match error {
            NoResult::Failed(error)
                if matches!(error.class, Class::NotFound | Class::MachineRefused) =>
            {
                Problem::Refused(error.failure)
            }
            NoResult::Failed(error) => Problem::Silent(error.failure.describe()),
            NoResult::Store(_) => Problem::Silent("the call could not be recorded".to_owned()),
        })
    }
}

/// The products to request, by name, each with its id: Microsoft's products with exposed machines, and the
/// products in `named`.
fn requested(products: Vec<Product>, named: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    for product in products {
        let name = product.name().to_owned();
        let is_named = named.contains(&name);
        if product.is_microsofts() && (is_named || product.exposed_machines != Some(0)) {
            ids.insert(name, product.id);
        } else if is_named {
            ids.entry(name).or_insert(product.id);
        }
    }
    for name in named {
        let id = || microsoft_id(name);
        ids.entry(name.clone()).or_insert_with(id);
    }
    ids
}

impl Problem {
    fn is_silence(&self) -> bool {
        matches!(self, Self::Silent(_))
    }

    fn describe(&self) -> String {
        match self {
            Self::Refused(failure) => failure.describe(),
            Self::Silent(problem) => problem.clone(),
            Self::TooManyPages => format!("the service sent more than {MAX_PAGES} pages"),
        }
    }
}

#[cfg(test)]
mod tests;
