//! The store: answers, runs and calls in one SQLite file, so that nothing is fetched twice and
//! nothing is lost.
//!
//! - `file/`: opening the file for writing, reading it without a trace, its version and its lock
//! - `tables/`: writing and reading each table, over any connection
//! - `write/`: beginning, recording and closing a run
//! - `read/`: the data of earlier runs, for reports and for the next run
//! - `tenants_journal.rs`: the progress of a run over many tenants
//! - `handle.rs`: [`Store`], the operations that commands use; `error.rs`: every error names the file
//! - `call_log.rs`: [`CallLog`], the calls of an app registration, and what they have shown of its quota
//! - `schema/`: the tables; its views are meant for use with any SQLite tool
//!
//! A run begins in [`Store::begin`], which finds the answers that need no call. From then on one
//! thread writes, behind [`Recorder`]: outcomes in batches, and each call before it is sent.
//! [`Store::finish`] records the end once the reports are written. [`Snapshot`] reads for the reports, with
//! several concurrent readers.
//!
//! Invariants:
//!
//! - A call is committed before it is sent: however the process ends, the next one counts it.
//! - A killed process loses the calls in flight and the answers of the last few hundredths of a
//!   second; a power cut loses about one second more.
//! - Answers and missing KBs have a checksum: a flipped byte causes an error, never a wrong figure.
//! - A rejected file is left unchanged, and so are the files next to it.

mod call_log;
mod error;
mod file;
mod handle;
mod read;
mod tables;
mod tenants_journal;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use self::file::network::has_reliable_locks;
pub use self::{
    call_log::CallLog,
    error::{Problem, StoreError},
    file::{
        lock::Lock,
        permissions::{files_of, writable_by_others},
        space::Space,
        store_file::StoreFile,
    },
    handle::Store,
    read::{
        earlier_runs::EarlierRun,
        machines_at_start::{MachineAtStart, MachineState},
        snapshot::Snapshot,
    },
    tables::{
        calls::{Application, Counting},
        learned_limits::LearnedLimit,
        list_checks::ServiceListResult,
        runs::{Figures, OutcomeCounts, RunId, RunRecord, Service},
        tenants_runs::DoneTenant,
    },
    tenants_journal::TenantsJournal,
    write::{
        begin::StartedRun,
        close::Retention,
        direct_ledger::DirectLedger,
        forget::Forgotten,
        params::{Reuse, RunParams, WaitedFor},
        preview::Preview,
        recorder::Recorder,
        writer::Recorded,
    },
};
