//! The store: answers, runs and calls in one SQLite file, so that nothing is fetched twice and nothing
//! is lost.
//!
//! - `file/`: the file, opened to be written to or read without a trace; its version, its lock
//! - `tables/`: how each table is written and read back, over any connection
//! - `write/`: a run begun, recorded, closed
//! - `read/`: what earlier runs left, for reports and for the next run
//! - `handle.rs`: [`Store`], what a command may do with it; every error names the file
//! - `schema/`: the tables; its views are for people with any SQLite tool
//!
//! A run begins in [`Store::begin`], which finds the answers that need no call. From then on one thread
//! writes, behind [`Recorder`]: outcomes in batches, each call before it is sent. [`Store::finish`] notes
//! the end when the reports are written. [`Snapshot`] reads for the reports, several at once.
//!
//! What always holds:
//!
//! - A call is committed before it is sent: however the process ends, the next one counts it.
//! - A kill loses what is in flight and the answers of the last few hundredths of a second; a power cut
//!   loses about a second more.
//! - Answers and missing KBs carry a checksum: a flipped byte is an error, never a figure.
//! - A file that is refused stays as it is, with what stands beside it.

mod error;
mod file;
mod handle;
mod read;
mod tables;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use self::file::network::has_reliable_locks;
pub use self::{
    error::{Problem, StoreError},
    file::{
        lock::Lock,
        permissions::{files_of, open_to_others},
    },
    handle::Store,
    read::{
        earlier_runs::EarlierRun,
        machine_status::{Known, Standing},
        snapshot::Snapshot,
    },
    tables::{
        calls::{Application, Counting},
        runs::{Figures, RunId, RunRecord, Service, Tally},
    },
    write::{
        begin::Begun,
        beginning::{Beginning, Reuse, Waited},
        outlook::Outlook,
        recorder::Recorder,
        writer::Recorded,
    },
};
