//! What can go wrong with the software inventory, and with what follows from it.

use super::{Fault, Request, random_fault};
use crate::{domain::words::words, simulator::chance::chance};

words! {
    /// A fault of one call for a page of the software inventory, or for an export of it.
    pub enum SoftwareFault {
        /// 429 with `Retry-After` in seconds.
        Throttled = "software-throttled",
        /// 500 `InternalServerError`.
        ServerError = "software-server-error",
        /// 200 with JSON that has neither `value` nor `exportFiles`.
        NoValue = "software-no-value",
        /// 200 with a proxy's page.
        NotJson = "software-not-json",
    }
}

words! {
    /// A fault of one download of an exported file.
    pub enum FileFault {
        /// The first half of the file, as if it were all.
        Cut = "software-file-cut",
        /// The connection breaks after the first half of the file.
        Broken = "software-file-broken",
        /// 200 with nothing.
        Empty = "software-file-empty",
        /// 200 with a proxy's page.
        NotGzip = "software-file-not-gzip",
        /// A few megabytes that become four gigabytes.
        GzipBomb = "software-file-bomb",
        /// 302 to another origin.
        Redirect = "software-file-redirect",
        /// 503 with XML.
        Unavailable = "software-file-unavailable",
    }
}

words! {
    /// What is odd about the software inventory of the tenant.
    pub enum SoftwareOddity {
        /// The links of the first export have expired.
        LinksExpired = "software-links-expired",
        /// One link of an export leads to a private address.
        LinkPrivate = "software-link-private",
        /// An export is refused: 403. Pages are not.
        NoExport = "software-no-export",
        /// The export was made the day before, and knows nothing later.
        OldExport = "software-export-old",
        /// The keys of rows are in other cases.
        OtherCase = "software-other-case",
    }
}

/// The faults of the software inventory that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SoftwareFaults {
    /// Random faults of calls, each with its share.
    pub per_call: Vec<(SoftwareFault, f64)>,
    /// Random faults of downloads, each with its share.
    pub per_download: Vec<(FileFault, f64)>,
    /// What is odd about all of it.
    pub oddities: Vec<SoftwareOddity>,
    /// For so many rows of a file, in relation to all, there is a line more that is not JSON.
    pub bad_rows: f64,
    /// For so many rows, in relation to all, there is one more whose id is not an id.
    pub bad_ids: f64,
    /// Share of the machines of which there is no row.
    pub absent: f64,
}

/// How far answers follow from versions: by default, on every machine.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exceptions {
    /// Share of the machines that miss an update although their versions contain it, or do not
    /// miss one that they lack, from 0 to 1.
    pub half_installed: f64,
    /// Whether no two machines have the same versions.
    pub all_different: bool,
    /// Whether what a machine misses has nothing to do with its versions.
    pub random_answers: bool,
}

impl SoftwareFaults {
    /// The fault of a call.
    pub(in crate::simulator) fn of(&self, seed: u64, request: Request<'_>) -> Option<Fault> {
        let fault = random_fault(&self.per_call, request.draw(seed, "software fault"))?;
        Some(match fault {
            SoftwareFault::Throttled => Fault::Throttled,
            SoftwareFault::ServerError => Fault::ServerError,
            SoftwareFault::NoValue => Fault::NoValue,
            SoftwareFault::NotJson => Fault::Html,
        })
    }

    /// The fault of a download.
    pub(in crate::simulator) fn of_download(
        &self,
        seed: u64,
        request: Request<'_>,
    ) -> Option<FileFault> {
        random_fault(&self.per_download, request.draw(seed, "download fault"))
    }

    /// Whether there is no row of the machine.
    pub(in crate::simulator) fn is_absent(&self, seed: u64, machine: &str) -> bool {
        self.absent > 0.0 && chance(seed, "no software", machine, 0).f64() < self.absent
    }

    pub(in crate::simulator) fn has(&self, oddity: SoftwareOddity) -> bool {
        self.oddities.contains(&oddity)
    }
}
