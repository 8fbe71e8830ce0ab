//! One download of a file, as a stream.

use std::{
    pin::Pin,
    time::{Duration, SystemTime},
};

use futures::{Stream, stream};
use hyper::body::Bytes;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_RANGE, RANGE},
};
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use super::{ExportFile, Guard};
use crate::{
    defender::http::{HttpError, HttpSettings, is_passing, retry_after::retry_after},
    domain::{api::Api, text::causes},
    quota::Permit,
};

/// The bytes of a file, as they arrive.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, FileError>> + Send>>;

/// A file that has begun to arrive.
pub struct FileBody {
    /// The position of its first byte. It is 0 if the server cannot resume a download.
    pub start: u64,
    /// The bytes from there.
    pub chunks: Chunks,
}

/// Why a file could not be downloaded, without its address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FileError {
    /// Whether another attempt may help.
    pub problem: FileProblem,
    /// What is wrong, as a part of a sentence.
    pub message: String,
}

/// Whether another attempt may help after a failed download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileProblem {
    /// Another attempt may help, after the delay that the server gave, if any.
    Passing(Option<Duration>),
    /// The address has expired: a new one may work.
    Expired,
    /// Another attempt would fail in the same way.
    Final,
}

impl FileError {
    /// A problem with a file, as a part of a sentence.
    pub fn new(problem: FileProblem, message: impl Into<String>) -> Self {
        Self {
            problem,
            message: message.into(),
        }
    }
}

/// Downloads files.
pub(in crate::defender) struct Downloads {
    http: reqwest::Client,
    guard: Guard,
    /// Time limit for the beginning of a reply, and for each read.
    timeout: Duration,
}

impl Downloads {
    /// For the files of the API at this address.
    pub(in crate::defender) fn of(api: &Url, settings: &HttpSettings) -> Result<Self, HttpError> {
        let guard = Guard::of(api);
        Ok(Self {
            http: settings.file_connections(api, guard.clone())?,
            guard,
            timeout: settings.timeout,
        })
    }

    /// Downloads a file without its first `skip` bytes, if the server supports that, or else all of
    /// it.
    pub(in crate::defender) async fn start(
        &self,
        file: &ExportFile,
        skip: u64,
        permit: &Permit<'_>,
    ) -> Result<FileBody, FileError> {
        permit.assert_is_for(Api::ExportFiles);
        let refused = |problem| FileError::new(FileProblem::Final, problem);
        let url = self.guard.check(file.address()).map_err(refused)?;
        let mut request = self.http.get(url);
        if skip > 0 {
            request = request.header(RANGE, format!("bytes={skip}-"));
        }
        let response = match timeout(self.timeout, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(broken(error)),
            Err(_) => return Err(too_late()),
        };
        let start = start(&response, skip)?;
        Ok(FileBody {
            start,
            chunks: chunks(response, self.timeout),
        })
    }
}

/// The rest of a reply. The time limit is for each read.
pub(in crate::defender) fn chunks(response: Response, limit: Duration) -> Chunks {
    Box::pin(stream::try_unfold(response, move |response| {
        chunk(response, limit)
    }))
}

async fn chunk(
    mut response: Response,
    limit: Duration,
) -> Result<Option<(Bytes, Response)>, FileError> {
    match timeout(limit, response.chunk()).await {
        Ok(Ok(chunk)) => Ok(chunk.map(|chunk| (chunk, response))),
        Ok(Err(error)) => Err(broken(error)),
        Err(_) => Err(too_late()),
    }
}

/// Where the body of a reply begins.
fn start(response: &Response, skip: u64) -> Result<u64, FileError> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(0),
        StatusCode::PARTIAL_CONTENT if range_start(response) == Some(skip) => Ok(skip),
        _ => Err(FileError::new(
            problem(status, retry_after(response.headers(), SystemTime::now())),
            message(status),
        )),
    }
}

/// The first position in `bytes 1000-1999/2000`.
fn range_start(response: &Response) -> Option<u64> {
    let range = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    let (start, _) = range.strip_prefix("bytes ")?.split_once('-')?;
    start.trim().parse().ok()
}

fn problem(status: StatusCode, wait: Option<Duration>) -> FileProblem {
    match status {
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::GONE => FileProblem::Expired,
        StatusCode::RANGE_NOT_SATISFIABLE => FileProblem::Passing(wait),
        status if is_passing(status) || status.is_success() => FileProblem::Passing(wait),
        _ => FileProblem::Final,
    }
}

/// Does not quote the server, whose text may contain parts of the address.
fn message(status: StatusCode) -> String {
    if status.is_redirection() {
        return format!("its address redirects elsewhere (HTTP {status}), which is not followed");
    }
    format!("its server answered with HTTP {status}")
}

pub(in crate::defender) fn too_late() -> FileError {
    FileError::new(FileProblem::Passing(None), "no data arrived in time")
}

/// The causes without the error itself, which contains the address.
pub(in crate::defender) fn broken(error: reqwest::Error) -> FileError {
    let message = causes(&error.without_url());
    FileError::new(FileProblem::Passing(None), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_classified() {
        let wait = Some(Duration::from_secs(7));
        for (status, expected) in [
            (302, FileProblem::Final),
            (400, FileProblem::Final),
            (401, FileProblem::Expired),
            (403, FileProblem::Expired),
            (404, FileProblem::Expired),
            (206, FileProblem::Passing(wait)),
            (416, FileProblem::Passing(wait)),
            (429, FileProblem::Passing(wait)),
            (503, FileProblem::Passing(wait)),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(problem(status, wait), expected, "{status}");
        }
    }
}
