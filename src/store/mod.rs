//! The store: every answer kept, so that nothing is asked twice and nothing is lost.
//!
//! One SQLite file holds runs, what became of each machine in them, answers with their
//! time, and the calls that the quota's windows may still count. `schema/` describes the
//! tables; its views are for people with any SQLite tool.
//!
//! While a run is under way, one thread writes: [`Recorder`]. A process that is killed loses
//! what was in flight, and the answers of the last few hundredths of a second.

mod answers;
mod base;
mod begin;
mod cache;
mod calls;
mod error;
mod fingerprint;
mod finish;
mod header;
mod inventories;
mod json;
mod lists;
mod lock;
mod missing_kbs;
mod numbered;
mod open;
mod outlook;
mod permissions;
mod place;
mod queue;
mod reading;
mod recorder;
mod runs;
mod schema;
mod shift;
mod snapshot;
mod standing;
mod syncer;
#[cfg(test)]
mod tests;
mod waited;
mod writer;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

pub(crate) use self::place::has_reliable_locks;
pub use self::{
    base::EarlierRun,
    begin::{Beginning, Begun, Reuse},
    calls::{Application, Counting},
    error::{Problem, StoreError},
    finish::Closing,
    lock::Lock,
    outlook::Outlook,
    permissions::{files_of, open_to_others},
    recorder::Recorder,
    runs::{AtWork, Figures, RunId, RunRecord, Service, Tally},
    snapshot::Snapshot,
    standing::{Known, Standing},
    waited::Waited,
    writer::Recorded,
};

/// The store, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Milliseconds since 1970.
fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A time that was written as milliseconds. One that no calendar has is the earliest there
/// is: whatever it dates is old.
fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MIN)
}
