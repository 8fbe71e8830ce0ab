//! One call to the API: a request, a reply, and what it means.

use std::{mem, sync::Arc, time::SystemTime};

use reqwest::{
    Response,
    header::{self, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    encoding::as_utf8,
    error::{CallError, Class},
    reply::Reply,
    vocabulary::Vocabulary,
    wire::AnswerBody,
};
use crate::{kb::MissingKbs, machine::MachineId, outcome::Reason};

/// The largest reply that is read, decompressed: a thousand times what a bad machine gives.
const LARGEST_REPLY: usize = 64 << 20;

/// Calls the API. One function call is one HTTP call: who retries, decides elsewhere.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    api: Url,
    vocabulary: Arc<Vocabulary>,
}

/// Where a page of a machine's answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The first page.
    Machine(MachineId),
    /// A further one, on the API's own origin.
    Next(Url),
}

/// One page of a machine's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The missing KBs that it lists.
    pub missing: MissingKbs,
    /// Where the answer goes on, if it does.
    pub next: Option<Address>,
}

impl Client {
    /// A client for the API at this base URL.
    pub fn new(http: reqwest::Client, api: Url) -> Self {
        Self {
            http,
            api,
            vocabulary: Arc::default(),
        }
    }

    /// The same API over this HTTP client.
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

    /// Asks for one page, with this token.
    pub async fn page(&self, address: &Address, token: &SecretString) -> Result<Page, CallError> {
        let response = self
            .http
            .get(self.url(address))
            .bearer_auth(token.expose_secret())
            .header(header::ACCEPT, "application/json")
            .send()
            .await
            .map_err(|error| no_reply(&error))?;
        let now = SystemTime::now();
        let reply = arrived(response).await?;
        let body = reply.read(&self.vocabulary, token, now)?;
        self.page_of(address, body, reply.status.as_u16())
    }

    fn url(&self, address: &Address) -> Url {
        match address {
            Address::Next(url) => url.clone(),
            Address::Machine(machine) => {
                let mut url = self.api.clone();
                let base = self.api.path().trim_end_matches('/');
                url.set_path(&format!("{base}/api/machines/{machine}/getmissingkbs"));
                url
            }
        }
    }

    fn page_of(&self, address: &Address, body: AnswerBody, status: u16) -> Result<Page, CallError> {
        let next = |link: String| self.next(&self.url(address), &link, status);
        let next = body.next.map(next);
        Ok(Page {
            missing: body.missing,
            next: next.transpose()?,
        })
    }

    /// The next page's address; the token must not follow a link to another origin.
    fn next(&self, url: &Url, link: &str, status: u16) -> Result<Address, CallError> {
        let refused = |message| Err(CallError::bad_reply(Class::Machine, status, message));
        match url.join(link) {
            Ok(next) if next == *url => refused("the reply's next page is the page itself"),
            Ok(next) if next.origin() == self.api.origin() => Ok(Address::Next(next)),
            _ => refused("the reply's next page is at another origin, which gets no token"),
        }
    }
}

/// The whole reply. The body of an answer must arrive, that of a refusal may break off, and
/// that of a redirect tells nothing.
async fn arrived(mut response: Response) -> Result<Reply, CallError> {
    let (status, fields) = (response.status(), mem::take(response.headers_mut()));
    let body = match status {
        status if status.is_success() => body(response).await?,
        status if status.is_redirection() => Vec::new(),
        _ => body(response).await.unwrap_or_default(),
    };
    let content_type = fields.get(header::CONTENT_TYPE);
    let body = as_utf8(content_type.map(HeaderValue::as_bytes), body);
    Ok(Reply {
        status,
        header: fields,
        body,
    })
}

/// The whole body, or why it did not arrive.
async fn body(mut response: Response) -> Result<Vec<u8>, CallError> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST_REPLY => {
                body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => {
                let message = "the reply is larger than 64 MiB";
                return Err(CallError::bad_reply(Class::Machine, status, message));
            }
            Ok(None) => return Ok(body),
            Err(error) => return Err(broken_off(status, &error)),
        }
    }
}

fn broken_off(status: u16, error: &reqwest::Error) -> CallError {
    if error.is_timeout() {
        return no_reply(error);
    }
    let message = format!("the reply broke off: {}", causes(error));
    CallError::bad_reply(Class::Call(None), status, message)
}

fn no_reply(error: &reqwest::Error) -> CallError {
    let (reason, message) = if error.is_timeout() {
        (Reason::Timeout, "no reply in time".to_owned())
    } else {
        (Reason::Connection, causes(error))
    };
    CallError::without_reply(Class::Call(None), reason, message)
}

/// The chain of causes without the URL, which the row names anyway.
fn causes(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.dedup();
    if causes.is_empty() {
        error.to_string()
    } else {
        causes.join(": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(api: &str) -> Client {
        Client::new(reqwest::Client::new(), api.parse().unwrap())
    }

    #[test]
    fn the_address_is_under_the_base_url() {
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
    fn the_next_page_stays_on_the_origin() {
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
