//! One call to the API: request, reply, and the meaning of the reply.

mod body;
mod budget;
mod exchange;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use reqwest::{
    RequestBuilder,
    header::{self, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::{
    budget::Budget,
    exchange::{Exchange, RawReply, no_reply},
};
use super::{
    api::{Address, BulkAddress, BulkPage, CensusAddress, CensusPage, ListPage, Page},
    call_error::{CallError, Class},
    files::Export,
    http::encoding::as_utf8,
    reply::{
        self, AnswerBody, BulkPageBody, BulkRows, ExportBody, Interner, NoAnswer, Reply,
        SoftwareBody,
    },
};
use crate::{
    domain::{
        api::Api,
        bulk::Dataset,
        census::Product,
        kb::{MissingKb, MissingKbs},
        keep_alive::KeepAlive,
        listed_machine::ListedMachine,
        vulnerabilities::VulnerabilityRows,
    },
    quota::Permit,
};

/// A page of a dataset is a hundred times as large as other replies: it may take so many
/// times as long.
const LARGE_PAGE: u32 = 4;

/// A hunting query may take three minutes.
const LONGEST_QUERY: Duration = Duration::from_secs(200);

/// Calls the API. One method call is one HTTP call; retries are decided by the caller.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    api: Url,
    interner: Arc<Interner>,
    budget: Arc<Budget>,
    /// Time limit of a call.
    timeout: Duration,
}

impl Client {
    /// A client for the API at this base URL, with a maximum number of calls in flight and a time
    /// limit for each.
    pub(super) fn new(http: reqwest::Client, api: Url, calls: usize, timeout: Duration) -> Self {
        Self {
            http,
            api,
            interner: Arc::default(),
            budget: Arc::new(Budget::new(calls)),
            timeout,
        }
    }

    /// The same API over another HTTP client.
    pub(super) fn over(&self, http: reqwest::Client) -> Self {
        Self {
            http,
            ..self.clone()
        }
    }

    /// Base URL of the API.
    pub(super) fn api(&self) -> &Url {
        &self.api
    }

    /// Requests one page, authenticated with this token.
    pub async fn page(
        &self,
        address: &Address,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<Page, CallError> {
        permit.assert_is_for(Api::MissingKbs);
        let parse = |body: &[u8]| AnswerBody::read_with(body, &self.interner);
        let received = self.get(self.url(address), token, parse).await?;
        let mut page = self.page_of(address, received.content, received.status)?;
        if received.is_large || page.next.is_some() || matches!(address, Address::Next(_)) {
            self.keep_reserved(&mut page, received.exchange, received.status)?;
        }
        Ok(page)
    }

    /// Requests one page of the machine list, authenticated with this token.
    pub(super) async fn machines(
        &self,
        page: &Url,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<Vec<ListedMachine>, CallError> {
        permit.assert_is_for(Api::Machines);
        let received = self.get(page.clone(), token, reply::machines).await?;
        Ok(received.content)
    }

    /// The address of a page of the machine list.
    pub(super) fn machines_url(&self, page: &ListPage) -> Url {
        let mut url = self.at("/api/machines");
        let mut query = url.query_pairs_mut();
        if let Some(filter) = &page.filter {
            query.append_pair("$filter", filter);
        }
        query.append_pair("$top", &page.top.to_string());
        query.append_pair("$skip", &page.skip.to_string());
        drop(query);
        url
    }

    /// Requests one page of the tenant's products, authenticated with this token.
    pub(super) async fn products(
        &self,
        url: &Url,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<CensusPage<Vec<Product>>, CallError> {
        permit.assert_is_for(Api::Census);
        let received = self.get(url.clone(), token, SoftwareBody::read).await?;
        let page = received.content;
        Ok(CensusPage {
            items: page.products,
            next: self.next_of_census(url, page.next, received.status)?,
        })
    }

    /// Requests one page of the KBs that machines miss in a product, authenticated with this token.
    pub(super) async fn missing_in(
        &self,
        url: &Url,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<CensusPage<MissingKbs>, CallError> {
        permit.assert_is_for(Api::Census);
        // Not through the interner: these are not the descriptions of machines' answers.
        let received = self.get(url.clone(), token, AnswerBody::read).await?;
        let page = received.content;
        Ok(CensusPage {
            items: page.missing,
            next: self.next_of_census(url, page.next, received.status)?,
        })
    }

    /// The URL of a page of the census.
    pub(super) fn census_url(&self, address: &CensusAddress) -> Url {
        match address {
            CensusAddress::Next(url) => url.clone(),
            CensusAddress::Products(0) => self.at("/api/Software"),
            CensusAddress::Products(skip) => {
                let mut url = self.at("/api/Software");
                url.query_pairs_mut()
                    .append_pair("$skip", &skip.to_string());
                url
            }
            CensusAddress::MissingIn(id) => {
                let mut url = self.at("/api/Software");
                // An id from outside stays one segment of the path.
                if let Ok(mut path) = url.path_segments_mut() {
                    path.extend([id, "getmissingkbs"]);
                }
                url
            }
        }
    }

    /// Requests one page of a dataset, authenticated with this token.
    pub(super) async fn bulk_page<R: BulkRows>(
        &self,
        url: &Url,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<BulkPage<R>, CallError> {
        permit.assert_is_for(R::DATASET.pages());
        let limit = self.timeout.saturating_mul(LARGE_PAGE);
        let parse = BulkPageBody::<R>::read;
        let received = self.get_within(limit, url.clone(), token, parse).await?;
        let next = received.content.next;
        let next = next.map(|link| self.next(url, &link, received.status));
        Ok(BulkPage {
            rows: received.content.rows,
            next: next.transpose()?.map(BulkAddress::Next),
        })
    }

    /// The URL of a page of a dataset.
    pub(super) fn bulk_url(&self, dataset: Dataset, address: &BulkAddress) -> Url {
        let (since, rows) = match address {
            BulkAddress::Next(url) => return url.clone(),
            BulkAddress::First(rows) => (None, rows),
            BulkAddress::Since(since, rows) => (Some(since), rows),
        };
        let mut url = self.at(match dataset {
            Dataset::Software => "/api/machines/SoftwareInventoryByMachine",
            Dataset::Vulnerabilities => "/api/machines/SoftwareVulnerabilitiesByMachine",
            Dataset::Changes => "/api/machines/SoftwareVulnerabilityChangesByMachine",
        });
        let mut query = url.query_pairs_mut();
        if let Some(since) = since {
            query.append_pair("sinceTime", &format!("{since:.0}"));
        }
        query.append_pair("pageSize", &rows.to_string());
        drop(query);
        url
    }

    /// Requests an export of a dataset, authenticated with this token.
    pub(super) async fn export(
        &self,
        dataset: Dataset,
        url: &Url,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<Export, CallError> {
        permit.assert_is_for(dataset.export());
        let received = self.get(url.clone(), token, ExportBody::read).await?;
        Ok(Export::of(received.content))
    }

    /// The URL of an export whose files can be read for an hour.
    pub(super) fn export_url(&self, dataset: Dataset) -> Url {
        let mut url = self.at(match dataset {
            Dataset::Software => "/api/machines/SoftwareInventoryExport",
            Dataset::Vulnerabilities | Dataset::Changes => {
                "/api/machines/SoftwareVulnerabilitiesExport"
            }
        });
        url.query_pairs_mut().append_pair("sasValidHours", "1");
        url
    }

    /// Sends a hunting query to Graph, authenticated with this token.
    pub(super) async fn hunt(
        &self,
        url: &Url,
        query: &str,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<VulnerabilityRows, CallError> {
        permit.assert_is_for(Api::Hunting);
        let body = serde_json::json!({ "Query": query, "Timespan": "P1D" });
        let request = self.http.post(url.clone());
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let limit = self.timeout.max(LONGEST_QUERY);
        let received = self.exchange(limit, request, token, reply::hunting).await?;
        Ok(received.content)
    }

    /// The URL for hunting queries.
    pub(super) fn hunting_url(&self) -> Url {
        self.at("/v1.0/security/runHuntingQuery")
    }

    fn next_of_census(
        &self,
        url: &Url,
        link: Option<String>,
        status: u16,
    ) -> Result<Option<CensusAddress>, CallError> {
        let next = link.map(|link| self.next(url, &link, status));
        Ok(next.transpose()?.map(CensusAddress::Next))
    }

    /// Sends one request, and parses the reply's body.
    async fn get<T>(
        &self,
        url: Url,
        token: &SecretString,
        parse: impl FnOnce(&[u8]) -> Result<T, NoAnswer>,
    ) -> Result<Received<T>, CallError> {
        self.get_within(self.timeout, url, token, parse).await
    }

    async fn get_within<T>(
        &self,
        limit: Duration,
        url: Url,
        token: &SecretString,
        parse: impl FnOnce(&[u8]) -> Result<T, NoAnswer>,
    ) -> Result<Received<T>, CallError> {
        self.exchange(limit, self.http.get(url), token, parse).await
    }

    /// Sends a request, and parses the reply's body.
    async fn exchange<T>(
        &self,
        limit: Duration,
        request: RequestBuilder,
        token: &SecretString,
        parse: impl FnOnce(&[u8]) -> Result<T, NoAnswer>,
    ) -> Result<Received<T>, CallError> {
        let mut exchange = Exchange::begin(&self.budget, limit);
        let request = request
            .bearer_auth(token.expose_secret())
            .header(header::ACCEPT, "application/json");
        let response = exchange.step(request.send(), no_reply).await?;
        let now = SystemTime::now();
        let arrived = exchange.whole(response).await?;
        let is_large = !self.budget.is_free(arrived.body.len());
        let mut lock = if is_large {
            Some(exchange.wait(self.budget.lock_parse_buffer()).await?)
        } else {
            None
        };
        let mut empty = Vec::new();
        let buffer = lock.as_deref_mut().unwrap_or(&mut empty);
        let reply = decoded(arrived, buffer);
        let status = reply.status.as_u16();
        let content = reply.read(parse, token, now);
        *buffer = reply.body;
        Ok(Received {
            content: content?,
            status,
            is_large,
            exchange,
        })
    }

    /// Counts the parsed page until the answer is stored. Pages wait for later pages of their
    /// answer, so their memory cannot be waited for.
    fn keep_reserved(
        &self,
        page: &mut Page,
        exchange: Exchange,
        status: u16,
    ) -> Result<(), CallError> {
        let mut reserved = exchange.reserved;
        reserved.resize(weight(&page.missing));
        if page.next.is_some() && self.budget.is_overdrawn() {
            let message = "the answer has more large pages than memory allows";
            return Err(CallError::bad_reply(Class::Call(None), status, message));
        }
        page.keep_alive = KeepAlive::new(reserved);
        Ok(())
    }

    fn url(&self, address: &Address) -> Url {
        match address {
            Address::Next(url) => url.clone(),
            Address::Machine(machine) => self.at(&format!("/api/machines/{machine}/getmissingkbs")),
        }
    }

    /// The address of a path of the API.
    fn at(&self, path: &str) -> Url {
        let mut url = self.api.clone();
        let base = self.api.path().trim_end_matches('/');
        url.set_path(&format!("{base}{path}"));
        url
    }

    fn page_of(&self, address: &Address, body: AnswerBody, status: u16) -> Result<Page, CallError> {
        let next = |link: String| self.next(&self.url(address), &link, status);
        let next = body.next.map(next);
        Ok(Page {
            missing: body.missing,
            next: next.transpose()?.map(Address::Next),
            keep_alive: KeepAlive::default(),
        })
    }

    /// The next page's address; the token must not follow a link to another origin.
    fn next(&self, url: &Url, link: &str, status: u16) -> Result<Url, CallError> {
        let refused = |message| Err(CallError::bad_reply(Class::Machine, status, message));
        match url.join(link) {
            Ok(next) if next == *url => refused("the reply's next page is the page itself"),
            Ok(next) if next.origin() == self.api.origin() => Ok(next),
            _ => refused("the reply's next page is at another origin, which gets no token"),
        }
    }
}

/// What was read from a reply.
struct Received<T> {
    content: T,
    status: u16,
    /// Whether the reply had to reserve memory.
    is_large: bool,
    exchange: Exchange,
}

/// The decoded reply; a large one is assembled in `buffer`.
fn decoded(arrived: RawReply, buffer: &mut Vec<u8>) -> Reply {
    let content_type = arrived.fields.get(header::CONTENT_TYPE);
    let body = arrived.body.gather(buffer);
    let body = as_utf8(content_type.map(HeaderValue::as_bytes), body);
    Reply {
        status: arrived.status,
        header: arrived.fields,
        body,
    }
}

/// Memory of a page in bytes; descriptions shared with other machines are counted in full.
fn weight(missing: &MissingKbs) -> usize {
    let shared = |kb: &Arc<MissingKb>| Arc::strong_count(kb) > 2;
    let own = missing.iter().filter(|kb| !shared(kb));
    let own: usize = own.map(|kb| kb.weight()).sum();
    own + missing.len() * size_of::<Arc<MissingKb>>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::machine::MachineId;

    fn client(api: &str) -> Client {
        let timeout = Duration::from_secs(30);
        Client::new(reqwest::Client::new(), api.parse().unwrap(), 8, timeout)
    }

    #[test]
    fn request_urls_are_below_the_base_url() {
        let machine = MachineId::from_bytes([0xab; 20]);
        for (api, url) in [
            ("https://api.example", "https://api.example/api/machines/"),
            ("https://api.example/", "https://api.example/api/machines/"),
            (
                "https://proxy.example/mde",
                "https://proxy.example/mde/api/machines/",
            ),
            (
                "https://proxy.example/mde/",
                "https://proxy.example/mde/api/machines/",
            ),
        ] {
            let expected = format!("{url}{machine}/getmissingkbs");
            assert_eq!(
                client(api).url(&Address::Machine(machine)).as_str(),
                expected
            );
        }
    }

    #[test]
    fn id_of_a_product_is_one_segment_of_the_path() {
        for (id, path) in [
            ("microsoft-_-windows_11", "microsoft-_-windows_11"),
            ("a/../b?c#d", "a%2F..%2Fb%3Fc%23d"),
        ] {
            let url = client("https://api.example/mde/")
                .census_url(&CensusAddress::MissingIn(id.to_owned()));
            let expected = format!("https://api.example/mde/api/Software/{path}/getmissingkbs");
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn next_page_must_have_the_same_origin() {
        let client = client("https://api.example:8443/");
        let url = client.url(&Address::Machine(MachineId::from_bytes([1; 20])));
        for link in ["https://api.example:8443/next?$skip=1", "/next", "?$skip=2"] {
            assert!(client.next(&url, link, 200).is_ok(), "{link}");
        }
        for link in [
            "https://api.example/next",
            "http://api.example:8443/next",
            "https://evil.example:8443/next",
            "//evil.example:8443/next",
            "https://api.example:8443@evil.example/",
            "http://[",
            "",
        ] {
            let error = client.next(&url, link, 200).unwrap_err();
            assert_eq!(error.class, Class::Machine, "{link}");
        }
    }
}
