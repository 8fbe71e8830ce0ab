//! The store: every answer kept, so that nothing is asked twice and nothing is lost.
//!
//! One SQLite file holds runs, what became of each machine in them, answers with their
//! time, and the calls that the quota's windows may still count. `schema/` describes the
//! tables; its views are for people with any SQLite tool.
//!
//! While a run is under way, one thread writes: [`Recorder`]. A process that is killed loses
//! what was in flight, and the answers of the last few hundredths of a second.

mod error;
mod file;
mod read;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

pub(crate) use self::file::network::has_reliable_locks;
pub use self::{
    error::{Problem, StoreError},
    file::{
        lock::Lock,
        permissions::{files_of, open_to_others},
    },
    read::{
        earlier_runs::EarlierRun,
        machine_status::{Known, Standing},
        outlook::Outlook,
        snapshot::Snapshot,
    },
    tables::{
        calls::{Application, Counting},
        runs::{Figures, RunId, RunRecord, Service, Tally},
    },
    write::{
        begin::{Beginning, Begun, Reuse},
        recorder::Recorder,
        taken_over::Waited,
        writer::Recorded,
    },
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
