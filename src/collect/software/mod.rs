//! Fetches the software inventory: which versions of Microsoft's products each machine has.
//!
//! - `files`: from the files of an export, a handful of calls whatever the size of the tenant
//! - `download`, `decode`, `chunks`: one file, from its server to rows
//! - `pages`: from pages, where the files cannot be had
//!
//! ```text
//! export ─► file ─► download ─► chunks ─► decode (another thread): gunzip, lines, rows ─┐
//!        └► file ─► ...                                                                 ├─► inventory
//! pages ─► rows ────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Nothing is unpacked to disk. An inventory is whole or there is none: without one of the files, the
//! machines in it would look as if they had lost their software.

mod chunks;
mod decode;
mod download;
mod files;
mod pages;

use jiff::{SignedDuration, Timestamp};
use tracing::{debug, warn};

use super::retrying::NoResult;
use crate::{
    defender::SoftwareApi,
    domain::{
        software::{SoftwareInventory, SoftwareRows},
        text::{counted, thousands},
    },
    quota::Gate,
};

/// An inventory that is older than this does not show what was installed since.
const OLD: SignedDuration = SignedDuration::from_hours(24);

/// Fetches the inventory through one API.
pub struct SoftwareFetcher<'run, A> {
    /// The API.
    pub api: &'run A,
    /// The limits of the calls.
    pub gate: &'run Gate,
    /// The number of attempts after the first, for each call and each file.
    pub retries: u32,
    /// The current time.
    pub clock: fn() -> Timestamp,
}

/// The rows of all files or pages.
struct Fetched {
    rows: SoftwareRows,
    /// The time for which they hold.
    generated_at: Timestamp,
}

impl<A: SoftwareApi> SoftwareFetcher<'_, A> {
    /// Fetches the whole inventory. The error says why there is none.
    pub async fn fetch(&self) -> Result<SoftwareInventory, String> {
        let fetched = match self.read_files().await {
            Ok(fetched) => fetched,
            Err(files) => {
                warn!("The software inventory is read from pages, not from files: {files}");
                let pages = self.read_pages().await;
                pages.map_err(|pages| format!("{pages} (pages); {files} (files)"))?
            }
        };
        fetched.warn_of_unreadable();
        let inventory = fetched.rows.finish(fetched.generated_at);
        self.warn_of_age(&inventory);
        debug!(
            machines = inventory.machines.len(),
            versions = inventory.versions.len(),
            "software inventory fetched"
        );
        Ok(inventory)
    }

    fn warn_of_age(&self, inventory: &SoftwareInventory) {
        let generated_at = inventory.generated_at;
        if (self.clock)().duration_since(generated_at) > OLD {
            warn!(
                "The software inventory is more than a day old, from {generated_at:.0}: it does not \
                 show what was installed since"
            );
        }
    }
}

impl Fetched {
    /// The rows, unless there is no machine in them.
    fn new(rows: SoftwareRows, generated_at: Timestamp) -> Result<Self, String> {
        if rows.is_empty() {
            return Err("it has no machines".to_owned());
        }
        Ok(Self { rows, generated_at })
    }

    fn warn_of_unreadable(&self) {
        if let Some(example) = &self.rows.example {
            let rows = counted(self.rows.unreadable, "row", "rows");
            warn!(
                "{rows} of the software inventory's {} could not be read, such as {example}",
                thousands(self.rows.rows)
            );
        }
    }
}

/// Why rows are not used, if too many of them cannot be read.
fn mostly_unreadable(rows: &SoftwareRows) -> Option<String> {
    let example = rows
        .example
        .as_deref()
        .filter(|_| rows.is_mostly_unreadable())?;
    let all = counted(rows.rows, "row", "rows");
    let unreadable = thousands(rows.unreadable);
    Some(format!(
        "{unreadable} of {all} could not be read, such as {example}"
    ))
}

fn describe(error: &NoResult) -> String {
    match error {
        NoResult::Failed(error) => error.failure.describe(),
        NoResult::Store(_) => "the call could not be recorded".to_owned(),
    }
}

#[cfg(test)]
mod tests;
