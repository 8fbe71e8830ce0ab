//! What can go wrong with any large table: with its calls, its links and its files. The calls of the
//! census have the same faults.

use super::{Fault, random_fault};
use crate::{domain::words::words, simulator::chance::chance};

words! {
    /// A fault of one call; in `--faults` after `census-`, `software-`, `export-`, `changes-` or
    /// `hunting-`.
    pub enum CallFault {
        /// 429 with `Retry-After` in seconds.
        Throttled = "throttled",
        /// 500 `InternalServerError`.
        ServerError = "server-error",
        /// 200 with JSON that contains nothing that was requested.
        NoValue = "no-value",
        /// 200 with a proxy's page.
        NotJson = "not-json",
    }
}

words! {
    /// A fault of one download of an exported file; in `--faults` after `software-` or `export-`.
    pub enum FileFault {
        /// The first half of the file, as if it were the whole file.
        Cut = "file-cut",
        /// The connection breaks after the first half of the file.
        Broken = "file-broken",
        /// 200 with nothing.
        Empty = "file-empty",
        /// 200 with a proxy's page.
        NotGzip = "file-not-gzip",
        /// A few megabytes that become four gigabytes.
        GzipBomb = "file-bomb",
        /// 302 to another origin.
        Redirect = "file-redirect",
        /// 503 with XML.
        Unavailable = "file-unavailable",
    }
}

words! {
    /// A fault of the links of an export; in `--faults` after `software-` or `export-`.
    pub enum LinkFault {
        /// The links of the first export have expired.
        Expired = "links-expired",
        /// One link of an export leads to a private address.
        Private = "link-private",
        /// The files of the last device group are left out.
        GroupMissing = "group-missing",
    }
}

/// A call for something other than a machine.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulator) struct Request<'a> {
    /// Path and query.
    pub(in crate::simulator) target: &'a str,
    /// The number of earlier calls for the same thing.
    pub(in crate::simulator) attempt: u32,
}

/// Random faults of calls, each with its share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallFaults(pub Vec<(CallFault, f64)>);

/// The faults of exported files that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileFaults {
    /// Random faults of downloads, each with its share.
    pub per_download: Vec<(FileFault, f64)>,
    /// The faults of the links.
    pub links: Vec<LinkFault>,
    /// The number of additional lines of a file that are not JSON, as a share of its rows.
    pub bad_rows: f64,
}

impl CallFaults {
    /// The fault of a call.
    pub(in crate::simulator) fn of(&self, seed: u64, request: Request<'_>) -> Option<Fault> {
        let fault = random_fault(&self.0, request.draw(seed, "software fault"))?;
        Some(match fault {
            CallFault::Throttled => Fault::Throttled,
            CallFault::ServerError => Fault::ServerError,
            CallFault::NoValue => Fault::NoValue,
            CallFault::NotJson => Fault::Html,
        })
    }
}

impl FileFaults {
    /// The fault of a download.
    pub(in crate::simulator) fn of(&self, seed: u64, request: Request<'_>) -> Option<FileFault> {
        random_fault(&self.per_download, request.draw(seed, "download fault"))
    }

    pub(in crate::simulator) fn has(&self, fault: LinkFault) -> bool {
        self.links.contains(&fault)
    }
}

impl Request<'_> {
    pub(super) fn draw(self, seed: u64, purpose: &str) -> f64 {
        chance(seed, purpose, self.target, self.attempt.into()).f64()
    }
}
