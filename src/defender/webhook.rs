//! Posts to webhooks: one attempt per call, without a token and without redirects. Addresses are
//! secrets.

use std::time::{Duration, SystemTime};

use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use super::{
    files::broken,
    http::{HttpError, HttpSettings, is_passing, retry_after::retry_after},
};

/// Posts to one webhook.
pub struct WebhookClient {
    http: reqwest::Client,
    url: Url,
    timeout: Duration,
}

/// Why a post failed, without the address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct NotSent {
    /// Whether another attempt may help.
    pub retry: Retry,
    /// What is wrong, as a part of a sentence.
    pub message: String,
}

/// Whether another attempt may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It would fail in the same way.
    Never,
    /// After the delay that the server requested, if any.
    After(Option<Duration>),
}

impl WebhookClient {
    /// For the webhook at this address; `None` if it is not a URL.
    pub fn new(url: &SecretString, settings: &HttpSettings) -> Result<Option<Self>, HttpError> {
        let Ok(url) = Url::parse(url.expose_secret()) else {
            return Ok(None);
        };
        Ok(Some(Self {
            http: settings.connections_to(&url)?,
            url,
            timeout: settings.timeout,
        }))
    }

    /// Posts a JSON document. The reply's text is not read, because it may contain parts of the
    /// address.
    pub async fn post(&self, body: Vec<u8>) -> Result<(), NotSent> {
        let request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body);
        match timeout(self.timeout, request.send()).await {
            Ok(Ok(response)) => accepted(&response),
            Ok(Err(error)) => Err(NotSent {
                retry: Retry::After(None),
                message: broken(error).message,
            }),
            Err(_) => Err(NotSent {
                retry: Retry::After(None),
                message: "there was no reply in time".to_owned(),
            }),
        }
    }
}

fn accepted(response: &Response) -> Result<(), NotSent> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    Err(refused(status, response.headers()))
}

fn refused(status: StatusCode, headers: &HeaderMap) -> NotSent {
    let retry = if is_passing(status) {
        Retry::After(retry_after(headers, SystemTime::now()))
    } else {
        Retry::Never
    };
    let message = if status.is_redirection() {
        format!("it redirects elsewhere (HTTP {status}), which is not followed")
    } else {
        format!("the server answered with HTTP {status}")
    };
    NotSent { retry, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_classified() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "7".parse().unwrap());
        let passing = Retry::After(Some(Duration::from_secs(7)));
        for (status, expected) in [
            (302, Retry::Never),
            (400, Retry::Never),
            (401, Retry::Never),
            (404, Retry::Never),
            (413, Retry::Never),
            (408, passing),
            (429, passing),
            (500, passing),
            (503, passing),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(refused(status, &headers).retry, expected, "{status}");
        }
    }
}
