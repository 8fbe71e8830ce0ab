//! One call to the API: a request, a reply, and what it means.

use std::time::{Duration, SystemTime};

use reqwest::{Response, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    error::{CallError, Class},
    mask::masked,
    refusal,
    retry_after::retry_after,
    wire::{AnswerBody, NoAnswer, ServiceError},
};
use crate::{
    kb::MissingKb,
    machine::MachineId,
    outcome::{Failure, Reason},
};

/// The largest reply that is read, decompressed: a thousand times what a bad machine gives.
const LARGEST_REPLY: usize = 64 << 20;

/// Characters of the service's words that are kept.
const LONGEST_MESSAGE: usize = 2000;

/// Calls the API. One function call is one HTTP call: who retries, decides elsewhere.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    api: Url,
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
    /// The missing KBs as they came.
    pub missing: Vec<MissingKb>,
    /// Where the answer goes on, if it does.
    pub next: Option<Address>,
}

impl Client {
    /// A client for the API at this base URL.
    pub fn new(http: reqwest::Client, api: Url) -> Self {
        Self { http, api }
    }

    /// Asks for one page, with this token.
    pub async fn page(&self, address: &Address, token: &SecretString) -> Result<Page, CallError> {
        let url = self.url(address);
        let response = self
            .http
            .get(url.clone())
            .bearer_auth(token.expose_secret())
            .header(header::ACCEPT, "application/json")
            .send()
            .await
            .map_err(|error| no_reply(&error))?;
        if response.status().is_success() {
            self.answer(&url, response).await
        } else {
            Err(without(token, refused(response).await))
        }
    }

    fn url(&self, address: &Address) -> Url {
        match address {
            Address::Next(url) => url.clone(),
            Address::Machine(machine) => {
                let mut url = self.api.clone();
                if let Ok(mut path) = url.path_segments_mut() {
                    let machine = machine.to_string();
                    path.pop_if_empty()
                        .extend(["api", "machines", &machine, "getmissingkbs"]);
                }
                url
            }
        }
    }

    async fn answer(&self, url: &Url, response: Response) -> Result<Page, CallError> {
        let status = response.status().as_u16();
        let body = body(response).await?;
        let page = AnswerBody::read(&body).map_err(|error| no_answer(status, &error))?;
        let next = page
            .next
            .map(|link| self.next(url, &link, status))
            .transpose()?;
        Ok(Page {
            missing: page.missing,
            next,
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

fn no_answer(status: u16, error: &NoAnswer) -> CallError {
    CallError::bad_reply(Class::Call(None), status, error.to_string())
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

/// What a reply other than 2xx means. Its body is read as far as it arrives.
async fn refused(response: Response) -> CallError {
    let status = response.status();
    let wait = retry_after(response.headers(), SystemTime::now());
    if status.is_redirection() {
        let message = format!("HTTP {status}: a redirect, which is not followed with the token");
        return CallError::bad_reply(Class::Machine, status.as_u16(), message);
    }
    let body = body(response).await.unwrap_or_default();
    let service = ServiceError::read(&body);
    let (class, reason) = classify(status, &service, wait);
    CallError {
        class,
        failure: Failure {
            reason,
            http_status: Some(status.as_u16()),
            message: message(service.message, status),
            code: service.code,
            correlation_id: service.target,
        },
    }
}

/// The failure without the token, should somebody's error page have repeated it.
fn without(token: &SecretString, mut error: CallError) -> CallError {
    let hidden = |text: &str| masked(text, [token.expose_secret()]);
    let failure = &mut error.failure;
    failure.message = hidden(&failure.message);
    failure.code = failure.code.as_deref().map(hidden);
    failure.correlation_id = failure.correlation_id.as_deref().map(hidden);
    error
}

/// The service's words, as far as anybody reads them.
fn message(words: Option<String>, status: StatusCode) -> String {
    let words = words.unwrap_or_else(|| format!("HTTP {status}"));
    match words.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

fn classify(status: StatusCode, service: &ServiceError, wait: Option<Duration>) -> (Class, Reason) {
    match status {
        StatusCode::TOO_MANY_REQUESTS => (Class::Window(wait), Reason::Throttled),
        StatusCode::UNAUTHORIZED if refusal::no_licence(service.message.as_deref()) => {
            (Class::Run, Reason::Refused)
        }
        StatusCode::UNAUTHORIZED => (Class::Token, Reason::Refused),
        StatusCode::FORBIDDEN | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            (Class::Run, Reason::Refused)
        }
        StatusCode::NOT_FOUND => (Class::NotFound, Reason::NotFound),
        StatusCode::REQUEST_TIMEOUT => (Class::Call(wait), Reason::Timeout),
        status if status.is_server_error() => (Class::Call(wait), Reason::ServerError),
        _ => (Class::Machine, Reason::Refused),
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

    #[test]
    fn a_token_that_is_repeated_is_masked() {
        let token = SecretString::from("header.payload.signature");
        let words = "your header was Bearer header.payload.signature";
        let mut error = CallError::bad_reply(Class::Machine, 400, words);
        error.failure.code = Some(words.to_owned());
        let failure = without(&token, error).failure;
        assert_eq!(failure.message, "your header was Bearer [secret]");
        assert_eq!(
            failure.code.as_deref(),
            Some("your header was Bearer [secret]")
        );
    }

    #[test]
    fn each_status_concerns_somebody() {
        let wait = Some(Duration::from_secs(9));
        let service = ServiceError::default();
        let licence = ServiceError {
            message: Some("reason of failure: No Tvm license".into()),
            ..ServiceError::default()
        };
        for (status, service, expected) in [
            (400, &service, (Class::Machine, Reason::Refused)),
            (401, &service, (Class::Token, Reason::Refused)),
            (401, &licence, (Class::Run, Reason::Refused)),
            (403, &service, (Class::Run, Reason::Refused)),
            (404, &service, (Class::NotFound, Reason::NotFound)),
            (407, &service, (Class::Run, Reason::Refused)),
            (408, &service, (Class::Call(wait), Reason::Timeout)),
            (429, &service, (Class::Window(wait), Reason::Throttled)),
            (500, &service, (Class::Call(wait), Reason::ServerError)),
            (503, &service, (Class::Call(wait), Reason::ServerError)),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(classify(status, service, wait), expected, "{status}");
        }
    }
}
