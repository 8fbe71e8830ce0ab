//! The HTTP client of all object stores: uses the same proxies and certificates as the API client.
//!
//! The `object_store` crate retries requests by itself, and its errors are long. So the last failure of each
//! task is recorded here, where replies arrive.

use std::{cell::RefCell, error::Error, fmt, sync::Arc};

use async_trait::async_trait;
use http_body_util::BodyExt;
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    },
};
use tokio::task_local;
use url::Url;

use super::reply::Reply;
use crate::{
    defender::{Mask, StorageConnections},
    domain::text::chain,
    report::plain::plain,
};

/// The maximum number of characters shown of a message.
const MAX_MESSAGE: usize = 300;

task_local! {
    /// The last failure of a task.
    static FAILURE: RefCell<Option<Reply>>;
}

/// Runs a task. Returns its result, and the last failure of its requests.
pub(super) async fn observed<T>(task: impl Future<Output = T>) -> (T, Option<Reply>) {
    FAILURE
        .scope(RefCell::default(), async {
            let result = task.await;
            (result, FAILURE.with(RefCell::take))
        })
        .await
}

/// Makes the client of an object store.
#[derive(Clone)]
pub(super) struct Connector {
    connections: StorageConnections,
    /// Secrets that a store knows, and might repeat in its replies.
    mask: Arc<Mask>,
}

impl Connector {
    pub(super) fn new(connections: StorageConnections, mask: Mask) -> Self {
        Self {
            connections,
            mask: Arc::new(mask),
        }
    }

    /// Records a failure of the current task.
    fn record_failure(&self, reply: Reply) {
        let masked = Reply {
            message: reply.message.as_deref().map(|it| self.mask.hide(it)),
            ..reply
        };
        // Outside a task, nobody reads it.
        let _ = FAILURE.try_with(|it| it.replace(Some(masked)));
    }

    async fn send(&self, url: &Url, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let Some(client) = self.connections.to(url) else {
            return Err(HttpError::new(HttpErrorKind::Unknown, Unencrypted));
        };
        let response = client.call(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        let code = parts.headers.get("x-ms-error-code");
        let code = code.and_then(|it| it.to_str().ok()).map(str::to_owned);
        let text = String::from_utf8_lossy(&body);
        self.record_failure(Reply {
            host: host(url),
            status: Some(parts.status.as_u16()),
            is_final: false,
            code: code
                .or_else(|| element(&text, "Code"))
                .map(|it| shortened(&it)),
            message: element(&text, "Message").map(|it| shortened(&it)),
        });
        Ok(HttpResponse::from_parts(parts, body.into()))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let url = Url::parse(&request.uri().to_string());
        let url = url.map_err(|problem| HttpError::new(HttpErrorKind::Unknown, problem))?;
        let sent = self.send(&url, request).await;
        sent.inspect_err(|problem| {
            let is_final = is_final(problem);
            let problem = problem.source().map_or_else(|| problem.to_string(), chain);
            self.record_failure(Reply {
                host: host(&url),
                is_final,
                message: Some(shortened(&problem)),
                ..Reply::default()
            });
        })
    }
}

/// Whether a failure is not worth a retry.
pub(super) fn is_final(problem: &HttpError) -> bool {
    matches!(
        problem.kind(),
        HttpErrorKind::Unknown | HttpErrorKind::Decode
    )
}

/// The request would go unencrypted to another machine.
#[derive(Debug, thiserror::Error)]
#[error("plain http is only allowed for loopback addresses (127.0.0.0/8, [::1], localhost)")]
struct Unencrypted;

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The text of the first element with this name in a store's error.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once("</")?;
    // The lines after the first are ids for support.
    let line = text.lines().next()?.trim();
    let line = line.replace("&quot;", "\"").replace("&apos;", "'");
    let line = line.replace("&lt;", "<").replace("&gt;", ">");
    Some(line.replace("&amp;", "&")).filter(|it| !it.is_empty())
}

/// The text on one line, without control characters.
fn shortened(text: &str) -> String {
    let text = plain(text);
    match text.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_stores_are_read() {
        let azure = "\u{feff}<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code><Message>Server \
                     failed.\nRequestId:1\nTime:2</Message></Error>";
        let amazon = "<Error><Code>NoSuchBucket</Code><Message>No &lt;bucket&gt; &amp; key</Message></Error>";
        for (text, name, expected) in [
            (azure, "Code", Some("AuthenticationFailed")),
            (azure, "Message", Some("Server failed.")),
            (amazon, "Message", Some("No <bucket> & key")),
            (amazon, "Resource", None),
            ("<Code></Code>", "Code", None),
            ("<Code>", "Code", None),
            ("", "Code", None),
        ] {
            assert_eq!(element(text, name).as_deref(), expected, "{text}");
        }
        assert_eq!(shortened("a\u{1b}[31m\nb"), "a b");
        assert_eq!(shortened(&"ä".repeat(400)).chars().count(), MAX_MESSAGE + 3);
    }
}
