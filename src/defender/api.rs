//! The APIs as the collector sees them: a machine's missing KBs, the machine list, and the census.

use std::future::Future;

use jiff::Timestamp;
use url::Url;

use super::{
    call_error::CallError,
    files::{Export, ExportFile, FileBody, FileError},
    reply::BulkRows,
};
use crate::{
    domain::{
        bulk::Dataset, census::Product, kb::MissingKbs, keep_alive::KeepAlive,
        listed_machine::ListedMachine, machine::MachineId, vulnerabilities::VulnerabilityRows,
    },
    quota::Permit,
};

/// The address of a page of a machine's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The first page.
    Machine(MachineId),
    /// A later page, on the API's own origin.
    Next(Url),
}

/// One page of a machine's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The missing KBs on this page.
    pub missing: MissingKbs,
    /// The address of the next page, if there is one.
    pub next: Option<Address>,
    /// Its reservation in the memory budget for large answers.
    pub keep_alive: KeepAlive,
}

/// Answers one call: the service itself, or a fake in tests.
///
/// A call takes a permit, which only the [gate](crate::quota::Gate) makes:
///
/// ```
/// use patchgap::{
///     defender::{Address, CallError, MissingKbsApi, Page},
///     quota::Permit,
/// };
///
/// async fn call(
///     api: impl MissingKbsApi,
///     address: &Address,
///     permit: &Permit<'_>,
/// ) -> Result<Page, CallError> {
///     api.page(address, permit).await
/// }
/// ```
///
/// Without one it does not compile:
///
/// ```compile_fail
/// use patchgap::defender::{Address, CallError, MissingKbsApi, Page};
///
/// async fn call(api: impl MissingKbsApi, address: &Address) -> Result<Page, CallError> {
///     api.page(address).await
/// }
/// ```
pub trait MissingKbsApi: Send + Sync {
    /// Waits until calls can be sent: gets a token if there is none. This happens before a permit
    /// is taken, so that no permit is held during a sign-in. An error ends the run.
    fn ready(&self) -> impl Future<Output = Result<(), CallError>> + Send {
        async { Ok(()) }
    }

    /// Requests one page of a machine's answer: one HTTP call.
    fn page(
        &self,
        address: &Address,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<Page, CallError>> + Send;
}

/// The address of a page of the machine list. The pages are addressed by position: with `$top` the service
/// gives no link to the next one, and without it the link loses the filter and never ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListAddress {
    /// An OData filter, if not all machines are wanted.
    pub filter: Option<String>,
    /// The maximum number of machines on it; the service allows 10,000.
    pub top: usize,
    /// The number of machines before it.
    pub skip: usize,
}

/// Serves the machine list: the service itself, or a fake in tests.
pub trait MachineListApi: Send + Sync {
    /// Requests one page of the list: one HTTP call. Class [`NotFound`](super::Class::NotFound) means
    /// that no machine matches.
    fn machines(
        &self,
        address: &ListAddress,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<Vec<ListedMachine>, CallError>> + Send;
}

/// The address of a page of the census.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CensusAddress {
    /// The tenant's products, without the first ones.
    Products(usize),
    /// The KBs that machines miss in the product with this id.
    MissingIn(String),
    /// A later page of either, on the API's own origin.
    Next(Url),
}

/// One page of the census, or of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// What is on this page.
    pub items: T,
    /// The URL of the next page, if there is one; on the API's own origin.
    pub next: Option<Url>,
}

/// Serves the census: the service itself, or a fake in tests. Class
/// [`NotFound`](super::Class::NotFound) means that there is no such product, or none at all.
pub trait CensusApi: Send + Sync {
    /// Requests one page of the tenant's products: one HTTP call.
    fn products(
        &self,
        address: &CensusAddress,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<ListPage<Vec<Product>>, CallError>> + Send;

    /// Requests one page of the KBs that machines miss in a product: one HTTP call. The number of
    /// machines is in [`machine_missed_on`](crate::domain::kb::MissingKb::machine_missed_on).
    fn missing_in(
        &self,
        address: &CensusAddress,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<ListPage<MissingKbs>, CallError>> + Send;
}

/// Answers hunting queries: Microsoft Graph, or a fake in tests.
pub trait HuntingApi: Send + Sync {
    /// Sends a query about vulnerabilities, and returns its rows: one HTTP call.
    fn hunt(
        &self,
        query: &str,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<VulnerabilityRows, CallError>> + Send;
}

/// The address of a page of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BulkAddress {
    /// The first page, with this maximum number of rows.
    First(u32),
    /// The first page of the changes since a time, with this maximum number of rows.
    Since(Timestamp, u32),
    /// A later page, on the API's own origin.
    Next(Url),
}

/// Serves datasets: the service itself, or a fake in tests.
pub trait BulkApi: Send + Sync {
    /// Requests one page: one HTTP call.
    fn bulk_page<R: BulkRows>(
        &self,
        address: &BulkAddress,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<ListPage<R>, CallError>> + Send;

    /// Requests an export of a dataset, and returns the addresses of its files: one HTTP call.
    fn export(
        &self,
        dataset: Dataset,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<Export, CallError>> + Send;

    /// Downloads a file without its first bytes, if its server supports that, or else all of it:
    /// one HTTP call, without a token, and not to the API.
    fn export_file(
        &self,
        file: &ExportFile,
        skip: u64,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<FileBody, FileError>> + Send;
}
