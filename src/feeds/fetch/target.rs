//! A file to fetch, and parsing what was downloaded.

use std::io::Read;

use jiff::{Timestamp, civil::Date};
use url::Url;

use super::index::{Revision, below};
use crate::{
    feeds::files::id_of_month,
    risk::{Epss, FeedProblem, Kev, MsrcReader},
};

/// A file to fetch.
#[derive(Debug, Clone)]
pub(super) struct Target {
    kind: FeedKind,
    pub(super) name: String,
    pub(super) url: Url,
    /// Its revision according to its index, if it has one.
    pub(super) revision: Option<String>,
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedKind {
    Kev,
    Epss,
    Month,
}

/// A summary of a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) date: Option<Date>,
    pub(super) entries: u64,
}

impl Target {
    pub(super) fn new(kind: FeedKind, name: &str, url: &Url) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            url: url.clone(),
            revision: None,
        }
    }

    /// A month of MSRC.
    pub(super) fn month(base: &Url, revision: &Revision) -> Self {
        let id = id_of_month(revision.month);
        let target = Self::new(
            FeedKind::Month,
            &format!("{id}.json"),
            &below(base, &["cvrf", &id]),
        );
        Self {
            revision: revision.revised.clone(),
            ..target
        }
    }

    pub(super) fn is_month(&self) -> bool {
        self.kind == FeedKind::Month
    }

    /// Parses the downloaded file as a report would.
    pub(super) fn read(&self, input: impl Read, now: Timestamp) -> Result<Content, FeedProblem> {
        match self.kind {
            FeedKind::Kev => Kev::read(input, now).map(|it| Content {
                date: Some(it.date),
                entries: it.cve_count(),
            }),
            FeedKind::Epss => Epss::read(input, now).map(|it| Content {
                date: it.date,
                entries: it.cve_count(),
            }),
            FeedKind::Month => {
                let mut reader = MsrcReader::default();
                reader.read(input, now)?;
                let month = reader.finish();
                Ok(Content {
                    date: month.date,
                    entries: month.cve_count(),
                })
            }
        }
    }
}
