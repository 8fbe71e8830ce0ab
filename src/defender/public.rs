//! Downloads public files without a token, and only if they have changed.

use std::time::{Duration, SystemTime};

use reqwest::{
    Response, StatusCode,
    header::{
        ACCEPT, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
    },
    redirect::{Attempt, Policy},
};
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use super::{
    files::{Chunks, FileError, FileProblem, broken, chunks, too_late},
    http::{HttpError, HttpSettings, is_loopback, is_passing, retry_after::retry_after},
};

/// Prefers JSON: by default MSRC sends XML.
const ACCEPTED: &str = "application/json, */*;q=0.5";

/// The most redirects in a row.
const MOST_REDIRECTS: usize = 5;

/// The maximum length of a validator that is stored and sent back.
const LONGEST_VALIDATOR: usize = 1000;

/// Downloads public files from one server.
pub struct PublicFiles {
    http: reqwest::Client,
    /// Time limit for the beginning of a reply, and for each read.
    timeout: Duration,
}

/// The validators that the server sent with a file, as in its headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The version of the content.
    pub etag: Option<String>,
    /// When it was last modified.
    pub last_modified: Option<String>,
}

/// The reply to a request for a file.
pub enum PublicReply {
    /// The file is the same as before.
    Unchanged,
    /// The file begins to arrive.
    File(PublicFile),
}

/// A file that begins to arrive.
pub struct PublicFile {
    /// The validators to send the next time.
    pub known: Known,
    /// The server that it comes from, if the request was redirected there.
    pub redirected_to: Option<String>,
    /// Its bytes.
    pub chunks: Chunks,
}

impl PublicFiles {
    /// For files of the server of this URL. `unpacks` tells whether to decompress bodies; files
    /// that are compressed themselves need `false`.
    pub fn of(url: &Url, settings: &HttpSettings, unpacks: bool) -> Result<Self, HttpError> {
        Ok(Self {
            http: settings.public_connections(url, redirects(is_loopback(url)), unpacks)?,
            timeout: settings.timeout,
        })
    }

    /// Requests a file; it is only sent if it no longer matches the validators.
    pub async fn get(&self, url: &Url, known: &Known) -> Result<PublicReply, FileError> {
        let mut request = self.http.get(url.clone()).header(ACCEPT, ACCEPTED);
        let conditions = [
            (IF_NONE_MATCH, &known.etag),
            (IF_MODIFIED_SINCE, &known.last_modified),
        ];
        for (name, value) in conditions {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = match timeout(self.timeout, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(failed(error)),
            Err(_) => return Err(too_late()),
        };
        self.reply(url, response, *known != Known::default())
    }

    fn reply(
        &self,
        url: &Url,
        response: Response,
        is_conditional: bool,
    ) -> Result<PublicReply, FileError> {
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if is_conditional => return Ok(PublicReply::Unchanged),
            status => return Err(refused(status, response.headers())),
        }
        let here = response.url();
        let is_elsewhere = here.host_str() != url.host_str();
        let redirected_to = here.host_str().filter(|_| is_elsewhere).map(str::to_owned);
        Ok(PublicReply::File(PublicFile {
            known: Known::of(response.headers()),
            redirected_to,
            chunks: chunks(response, self.timeout),
        }))
    }
}

impl Known {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| {
            let value = headers.get(name)?.to_str().ok()?;
            (value.len() <= LONGEST_VALIDATOR).then(|| value.to_owned())
        };
        Self {
            etag: text(ETAG),
            last_modified: text(LAST_MODIFIED),
        }
    }
}

/// Why a redirect is not followed.
#[derive(Debug, Error)]
#[error("{0}")]
struct Refused(String);

/// Follows redirects to https only, and to this machine only from this machine.
fn redirects(is_local: bool) -> Policy {
    Policy::custom(move |attempt: Attempt<'_>| {
        if attempt.previous().len() > MOST_REDIRECTS {
            return attempt.error(Refused("there are too many redirects".to_owned()));
        }
        match check_redirect(attempt.url(), is_local) {
            Ok(()) => attempt.follow(),
            Err(problem) => attempt.error(Refused(problem)),
        }
    })
}

fn check_redirect(target: &Url, is_local: bool) -> Result<(), String> {
    let host = target.host_str().unwrap_or_default();
    let is_safe = target.scheme() == "https" || (target.scheme() == "http" && is_loopback(target));
    if !is_safe {
        return Err(format!("it is redirected to {host} without https"));
    }
    if is_loopback(target) && !is_local {
        return Err(format!("it is redirected to this machine ({host})"));
    }
    Ok(())
}

fn failed(error: reqwest::Error) -> FileError {
    let is_final = error.is_redirect();
    let error = broken(error);
    if is_final {
        FileError::new(FileProblem::Final, error.message)
    } else {
        error
    }
}

fn refused(status: StatusCode, headers: &HeaderMap) -> FileError {
    let problem = if is_passing(status) {
        FileProblem::Passing(retry_after(headers, SystemTime::now()))
    } else {
        FileProblem::Final
    };
    FileError::new(problem, format!("the server answered with HTTP {status}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_to_https_or_stay_on_this_machine() {
        for (target, is_local, expected) in [
            ("https://cdn.example/a", false, Ok(())),
            ("https://cdn.example/a", true, Ok(())),
            (
                "http://cdn.example/a",
                false,
                Err("it is redirected to cdn.example without https"),
            ),
            (
                "ftp://cdn.example/a",
                false,
                Err("it is redirected to cdn.example without https"),
            ),
            ("http://127.0.0.1/a", true, Ok(())),
            (
                "https://localhost/a",
                false,
                Err("it is redirected to this machine (localhost)"),
            ),
        ] {
            let checked = check_redirect(&target.parse().unwrap(), is_local);
            assert_eq!(checked, expected.map_err(str::to_owned), "{target}");
        }
    }

    #[test]
    fn statuses_are_classified() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "7".parse().unwrap());
        let passing = FileProblem::Passing(Some(Duration::from_secs(7)));
        for (status, expected) in [
            (204, FileProblem::Final),
            (304, FileProblem::Final),
            (403, FileProblem::Final),
            (404, FileProblem::Final),
            (408, passing),
            (429, passing),
            (503, passing),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(refused(status, &headers).problem, expected, "{status}");
        }
    }
}
