//! The HTTP client for a sign-in; it records how the last exchange ended.
//!
//! `azure_identity` discards the status of a reply that it cannot parse, and it cannot parse an
//! error text that contains a line break. So the exchange itself is recorded here.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use azure_core::{
    error::ErrorKind,
    http::{
        AsyncRawResponse, Body, HttpClient, RawResponse, Request,
        headers::{CONTENT_TYPE, HeaderName},
    },
};
use futures::TryStreamExt;
use jiff::Timestamp;
use parking_lot::Mutex;
use reqwest::Client;
use secrecy::SecretString;
use serde::de::IgnoredAny;
use url::form_urlencoded;

use super::{
    AccessToken, CredentialKind, NetworkProblem, Refusal, SignInError, network_problem::diagnose,
    refusal::one_line, sign_in_error::TOO_LARGE, token_reply,
};
use crate::defender::http::{encoding::as_utf8, mask::Mask, retry_after::wait_of};

/// Maximum size of a reply in bytes, decompressed; a token reply has a few thousand.
const LARGEST_REPLY: usize = 1 << 20;

/// Maximum length of a page title in a message.
const LONGEST_TITLE: usize = 80;

/// A client that records its last exchange.
#[derive(Debug)]
pub(super) struct RecordingClient {
    kind: CredentialKind,
    client: Client,
    /// Why the last exchange returned no token. Also set after a success, where it is not read.
    failure: Mutex<Option<SignInError>>,
    /// The token from the last exchange, if there was one.
    token: Mutex<Option<AccessToken>>,
}

impl RecordingClient {
    pub(super) fn new(kind: CredentialKind, client: Client) -> Self {
        Self {
            kind,
            client,
            failure: Mutex::default(),
            token: Mutex::default(),
        }
    }

    /// The token from the last exchange.
    pub(super) fn token(&self) -> Option<AccessToken> {
        self.token.lock().clone()
    }

    /// Why the last exchange returned no token; `None` if there was no exchange.
    pub(super) fn failure(&self) -> Option<SignInError> {
        self.failure.lock().clone()
    }

    fn unreachable(
        &self,
        request: &Request,
        problem: NetworkProblem,
        detail: String,
    ) -> SignInError {
        SignInError::Unreachable {
            kind: self.kind,
            host: host(request),
            problem,
            detail,
        }
    }

    /// Classifies a reply by its status and format. The token is not kept, nor are the secrets that
    /// were sent, in case the reply repeats them.
    fn without_token(&self, request: &Request, reply: &RawResponse) -> SignInError {
        let http_status = u16::from(reply.status());
        let body: &[u8] = reply.body();
        let mask = secrets(request);
        let refusal = match http_status {
            200..300 => None,
            _ => Refusal::read(http_status, body, &mask),
        };
        let retry_after = requested_wait(reply);
        match refusal {
            Some(refusal) => SignInError::Refused {
                kind: self.kind,
                refusal: Box::new(Refusal {
                    retry_after,
                    ..refusal
                }),
            },
            None => SignInError::BadReply {
                kind: self.kind,
                host: host(request),
                http_status,
                found: describe(reply.headers().get_optional_str(&CONTENT_TYPE), body, &mask),
                retry_after,
            },
        }
    }

    async fn exchange(&self, request: &Request) -> azure_core::Result<Received> {
        let response = self.client.execute_request(request).await?;
        let (status, headers, mut stream) = response.deconstruct();
        let mut body = Vec::new();
        while let Some(chunk) = stream.try_next().await? {
            if body.len() + chunk.len() > LARGEST_REPLY {
                return Ok(Received::TooLarge(status.into()));
            }
            body.extend_from_slice(&chunk);
        }
        let content_type = headers.get_optional_str(&CONTENT_TYPE).map(str::as_bytes);
        let body = as_utf8(content_type, body);
        Ok(Received::Whole(RawResponse::from_bytes(
            status, headers, body,
        )))
    }

    /// The reply as it is passed on to `azure_identity`.
    fn normalized(&self, reply: RawResponse) -> AsyncRawResponse {
        let (status, headers, body) = reply.deconstruct();
        let token = status
            .is_success()
            .then(|| token_reply::read(&body, Timestamp::now()));
        let Some(token) = token.flatten() else {
            return AsyncRawResponse::from_bytes(status, headers, body);
        };
        let body = token_reply::canonical(&token);
        *self.token.lock() = Some(token);
        AsyncRawResponse::from_bytes(status, headers, body)
    }
}

/// A received reply.
enum Received {
    /// The reply, as UTF-8.
    Whole(RawResponse),
    /// A reply with this status that was too large to read in full.
    TooLarge(u16),
}

#[async_trait]
impl HttpClient for RecordingClient {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let silence = self.unreachable(
            request,
            NetworkProblem::Timeout,
            "no answer in time".to_owned(),
        );
        *self.failure.lock() = Some(silence);
        let (failure, result) = match self.exchange(request).await {
            Ok(Received::Whole(reply)) => {
                let failure = self.without_token(request, &reply);
                (failure, Ok(self.normalized(reply)))
            }
            Ok(Received::TooLarge(http_status)) => {
                let failure = SignInError::BadReply {
                    kind: self.kind,
                    host: host(request),
                    http_status,
                    found: TOO_LARGE.to_owned(),
                    retry_after: None,
                };
                let text = "the reply is larger than 1 MiB";
                let error = azure_core::Error::with_message(ErrorKind::Other, text);
                (failure, Err(error))
            }
            Err(error) => {
                let (problem, detail) = diagnose(&error);
                let failure = self.unreachable(request, problem, detail);
                (failure, Err(make_final(problem, error)))
            }
        };
        *self.failure.lock() = Some(failure);
        result
    }
}

fn host(request: &Request) -> String {
    request.url().host_str().unwrap_or_default().to_owned()
}

/// The pipeline retries after any network failure, but a retry does not make an untrusted
/// certificate trusted.
fn make_final(problem: NetworkProblem, error: azure_core::Error) -> azure_core::Error {
    if problem.is_final() {
        azure_core::Error::new(ErrorKind::Other, error)
    } else {
        error
    }
}

/// How long a reply asks to wait.
fn requested_wait(reply: &RawResponse) -> Option<Duration> {
    let header = |name| reply.headers().get_optional_str(&HeaderName::from(name));
    wait_of(header("retry-after")?, header("date"), SystemTime::now())
}

/// The secrets that a sign-in sends, both raw and form-encoded.
fn secrets(request: &Request) -> Mask {
    let Body::Bytes(form) = request.body() else {
        return Mask::default();
    };
    let secrets = form_urlencoded::parse(form)
        .filter(|(name, _)| matches!(&**name, "client_secret" | "client_assertion"))
        .flat_map(|(_, value)| {
            let spelled: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            [SecretString::from(value.into_owned()), spelled.into()]
        });
    Mask::of(secrets)
}

/// Describes a body for a message; never includes the body itself, which might contain anything.
fn describe(content_type: Option<&str>, body: &[u8], mask: &Mask) -> String {
    if body.is_empty() {
        return "an empty body".to_owned();
    }
    if serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        return "JSON without a token".to_owned();
    }
    if let Some(title) = title(body, mask) {
        return format!("a page titled `{title}`");
    }
    match content_type {
        Some(content_type) => format!("`{}`", one_line(&mask.hide(content_type))),
        None => "a body of no known type".to_owned(),
    }
}

/// The title of an HTML page.
fn title(body: &[u8], mask: &Mask) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    let lower = body.to_ascii_lowercase();
    let from = lower.find("<title")?;
    let from = from + lower[from..].find('>')? + 1;
    let to = from + lower[from..].find("</title")?;
    let title: String = one_line(&mask.hide(&body[from..to]))
        .chars()
        .take(LONGEST_TITLE)
        .collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn body_is_described_without_its_content() {
        for (content_type, body, expected) in [
            (None, "", "an empty body"),
            (None, "[1]", "JSON without a token"),
            (None, "hush", "a body of no known type"),
            (Some("text/plain"), "hush", "`text/plain`"),
            (Some("text/html"), "<title></title>", "`text/html`"),
            (None, "<Title lang=x> a\n b</TITLE>", "a page titled `a b`"),
        ] {
            assert_eq!(
                describe(content_type, body.as_bytes(), &Mask::default()),
                expected,
                "{body}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_body_can_be_described(before in ".*", title in ".*", body: Vec<u8>) {
            let mask = Mask::default();
            let page = format!("{before}<title>{title}</title>");
            prop_assert!(!describe(None, page.as_bytes(), &mask).is_empty());
            prop_assert!(!describe(None, &body, &mask).is_empty());
            prop_assert!(Refusal::read(400, &body, &mask).is_none_or(|refusal| !refusal.text.is_empty()));
        }
    }
}
