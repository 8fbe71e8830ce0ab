//! One call to the API: sends the request, and parses the reply.
//!
//! - here: the calls; each is one HTTP call, with a token and a permit
//! - `urls`: the URLs of the calls, and which links may be followed
//! - `exchange`: one request and its reply, within the time limit
//! - `budget`, `body`: the memory that arriving replies may use

mod body;
mod budget;
mod exchange;
mod urls;

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

pub(super) use self::urls::ApiUrls;
use self::{
    budget::Budget,
    exchange::{Exchange, RawReply, no_reply},
};
use super::{
    api::{Address, BulkAddress, CensusAddress, ListAddress, ListPage, Page},
    call_error::{CallError, Class},
    files::Export,
    http::encoding::as_utf8,
    reply::{self, AnswerBody, BulkRows, ExportBody, Interner, NoAnswer, PageBody, Reply},
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

/// The factor for the time limit of a page of a dataset, which is a hundred times as large as other
/// replies.
const BULK_TIMEOUT_FACTOR: u32 = 4;

/// A hunting query may take three minutes.
const LONGEST_QUERY: Duration = Duration::from_secs(200);

/// Calls the API. One method call is one HTTP call; retries are decided by the caller.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    urls: ApiUrls,
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
            urls: ApiUrls::new(api),
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

    /// The URLs of its calls.
    pub(super) fn urls(&self) -> &ApiUrls {
        &self.urls
    }

    /// Requests one page of a machine's answer.
    pub(super) async fn page(
        &self,
        address: &Address,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<Page, CallError> {
        permit.assert_is_for(Api::MissingKbs);
        let url = self.urls.answer(address);
        let parse = |body: &[u8]| AnswerBody::read_with(body, &self.interner);
        let received = self.get(self.timeout, url.clone(), token, parse).await?;
        let Received {
            content, status, ..
        } = received;
        let mut page = Page {
            missing: content.missing,
            next: self.next(&url, content.next, status)?.map(Address::Next),
            keep_alive: KeepAlive::default(),
        };
        if received.is_large || page.next.is_some() || matches!(address, Address::Next(_)) {
            self.keep_reserved(&mut page, received.exchange, status)?;
        }
        Ok(page)
    }

    /// Requests one page of the machine list.
    pub(super) async fn machines(
        &self,
        address: &ListAddress,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<Vec<ListedMachine>, CallError> {
        permit.assert_is_for(Api::Machines);
        let url = self.urls.machines(address);
        let received = self.get(self.timeout, url, token, reply::machines).await?;
        Ok(received.content)
    }

    /// Requests one page of the tenant's products.
    pub(super) async fn products(
        &self,
        address: &CensusAddress,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<ListPage<Vec<Product>>, CallError> {
        permit.assert_is_for(Api::Census);
        let url = self.urls.census(address);
        self.list(self.timeout, url, token, reply::products).await
    }

    /// Requests one page of the KBs that machines miss in a product.
    pub(super) async fn missing_in(
        &self,
        address: &CensusAddress,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<ListPage<MissingKbs>, CallError> {
        permit.assert_is_for(Api::Census);
        // Not through the interner: these are not the descriptions of machines' answers.
        let parse = |body: &[u8]| AnswerBody::read(body).map(PageBody::from);
        let url = self.urls.census(address);
        self.list(self.timeout, url, token, parse).await
    }

    /// Requests one page of a dataset.
    pub(super) async fn bulk_page<R: BulkRows>(
        &self,
        address: &BulkAddress,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<ListPage<R>, CallError> {
        permit.assert_is_for(R::DATASET.pages());
        let limit = self.timeout.saturating_mul(BULK_TIMEOUT_FACTOR);
        let url = self.urls.bulk(R::DATASET, address);
        self.list(limit, url, token, reply::rows).await
    }

    /// Requests an export of a dataset.
    pub(super) async fn export(
        &self,
        dataset: Dataset,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<Export, CallError> {
        permit.assert_is_for(dataset.export());
        let url = self.urls.export(dataset);
        let received = self.get(self.timeout, url, token, ExportBody::read).await?;
        Ok(Export::of(received.content))
    }

    /// Sends a hunting query to Graph.
    pub(super) async fn hunt(
        &self,
        query: &str,
        token: &SecretString,
        permit: &Permit<'_>,
    ) -> Result<VulnerabilityRows, CallError> {
        permit.assert_is_for(Api::Hunting);
        let body = serde_json::json!({ "Query": query, "Timespan": "P1D" });
        let request = self.http.post(self.urls.hunting());
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let limit = self.timeout.max(LONGEST_QUERY);
        let received = self.exchange(limit, request, token, reply::hunting).await?;
        Ok(received.content)
    }

    /// Requests one page of a list that has links to its next pages.
    async fn list<T>(
        &self,
        limit: Duration,
        url: Url,
        token: &SecretString,
        parse: impl FnOnce(&[u8]) -> Result<PageBody<T>, NoAnswer>,
    ) -> Result<ListPage<T>, CallError> {
        let received = self.get(limit, url.clone(), token, parse).await?;
        let page = received.content;
        Ok(ListPage {
            items: page.items,
            next: self.next(&url, page.next, received.status)?,
        })
    }

    async fn get<T>(
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
    /// answer, so waiting here for their memory could deadlock.
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
            return Err(CallError::bad_reply(
                Class::Retryable(None),
                status,
                message,
            ));
        }
        page.keep_alive = KeepAlive::new(reserved);
        Ok(())
    }

    /// The URL of the next page, if the reply from `url` has a link to one.
    fn next(&self, url: &Url, link: Option<String>, status: u16) -> Result<Option<Url>, CallError> {
        let Some(link) = link else { return Ok(None) };
        let next = self.urls.next(url, &link);
        next.map(Some)
            .map_err(|problem| CallError::bad_reply(Class::MachineRefused, status, problem))
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
