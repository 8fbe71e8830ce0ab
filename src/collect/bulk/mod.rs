//! Fetches datasets that cover all machines, as rows.
//!
//! - `files`: from the files of an export, a handful of calls for a tenant of any size
//! - `download`, `decode`, `chunks`: one file, from its server to rows
//! - `pages`: from pages, if the files cannot be read
//!
//! ```text
//! export ─► file ─► download ─► chunks ─► decode (another thread): gunzip, lines, rows ─┐
//!        └► file ─► ...                                                                 ├─► rows
//! pages ────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Nothing is unpacked to disk. Rows are returned only if they are complete: without one of the files, the
//! machines in it would look as if they had lost its contents.

mod chunks;
mod decode;
mod download;
mod files;
mod pages;

use jiff::Timestamp;
use thiserror::Error;
use tracing::warn;

use super::retrying::NoResult;
use crate::{
    defender::{BulkApi, BulkRows, Class},
    domain::{
        bulk::RowCounts,
        outcome::Failure,
        requests::Requests,
        text::{counted, thousands},
    },
    quota::Gate,
};

/// Fetches datasets through one API.
pub struct BulkFetcher<'run, A> {
    /// The API.
    pub api: &'run A,
    /// The limits of the calls.
    pub gate: &'run Gate,
    /// The number of attempts after the first, for each call and each file.
    pub retries: u32,
    /// The current time.
    pub clock: fn() -> Timestamp,
}

/// Why there are no rows.
#[derive(Debug, Clone, Error)]
#[error("{because}")]
pub struct NoRows {
    /// The reason, as part of a sentence.
    pub because: String,
    /// The service's refusal, if it refuses all calls of this kind.
    pub refusal: Option<Failure>,
}

/// The rows of all files or pages.
pub(super) struct Fetched<R> {
    pub(super) rows: R,
    /// The time for which they hold.
    pub(super) generated_at: Timestamp,
    /// The calls that were sent, not counting the downloads of files.
    pub(super) requests: Requests,
}

impl From<String> for NoRows {
    fn from(because: String) -> Self {
        Self {
            because,
            refusal: None,
        }
    }
}

impl From<NoResult> for NoRows {
    fn from(error: NoResult) -> Self {
        match error {
            NoResult::Failed(error) => Self {
                because: error.failure.describe(),
                refusal: (error.class == Class::RunRefused).then_some(error.failure),
            },
            NoResult::Store(_) => "the call could not be recorded".to_owned().into(),
        }
    }
}

impl<A: BulkApi> BulkFetcher<'_, A> {
    /// Fetches all rows, from files or from pages.
    pub(super) async fn rows<R: BulkRows>(&self) -> Result<Fetched<R>, NoRows> {
        let fetched = match self.read_files().await {
            Ok(fetched) => fetched,
            Err(files) => {
                let dataset = R::DATASET;
                warn!("The {dataset} is read from pages, not from files: {files}");
                self.read_pages().await.map_err(|pages| NoRows {
                    because: format!("{pages} (pages); {files} (files)"),
                    refusal: pages.refusal,
                })?
            }
        };
        fetched.warn_of_unreadable();
        Ok(fetched)
    }
}

impl<R: BulkRows> Fetched<R> {
    /// The rows; an error if they contain no machine.
    fn new(rows: R, generated_at: Timestamp, requests: Requests) -> Result<Self, NoRows> {
        if rows.is_empty() {
            return Err("it has no machines".to_owned().into());
        }
        Ok(Self {
            rows,
            generated_at,
            requests,
        })
    }

    pub(super) fn warn_of_unreadable(&self) {
        let counts = self.rows.counts();
        if let Some(example) = &counts.example {
            let rows = counted(counts.unreadable, "row", "rows");
            warn!(
                "{rows} of the {}'s {} could not be read, such as {example}",
                R::DATASET,
                thousands(counts.rows)
            );
        }
    }
}

/// Why the rows cannot be used; `None` unless too many of them are unreadable.
pub(super) fn mostly_unreadable(counts: &RowCounts) -> Option<String> {
    let example = counts
        .example
        .as_deref()
        .filter(|_| counts.is_mostly_unreadable())?;
    let all = counted(counts.rows, "row", "rows");
    let unreadable = thousands(counts.unreadable);
    Some(format!(
        "{unreadable} of {all} could not be read, such as {example}"
    ))
}

#[cfg(test)]
mod tests;
