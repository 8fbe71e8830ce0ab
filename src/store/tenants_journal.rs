//! The journal of a run over the tenants of a file: a later run resumes with the unfinished tenants.

use jiff::{SignedDuration, Timestamp};
use rusqlite::TransactionBehavior;

use super::{
    error::StoreError,
    file::store_file::StoreFile,
    handle::Store,
    tables::tenants_runs::{self, DoneTenant, TenantsRun},
    write::params::Reuse,
};

/// The journal of a run over the tenants of a file.
#[derive(Debug)]
pub struct TenantsJournal {
    store: Store,
    run: TenantsRun,
}

impl TenantsJournal {
    /// Resumes the last run over the tenants of this file if it ended early and recently; otherwise begins a
    /// new one.
    pub fn open(
        store: &StoreFile,
        file: &str,
        reuse: Reuse,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut store = store.open()?;
        let since = match reuse {
            Reuse::Nothing => None,
            Reuse::EndedEarly(longest) | Reuse::Answers(longest) => {
                let longest = SignedDuration::try_from(longest).ok();
                longest.and_then(|longest| now.checked_sub(longest).ok())
            }
        };
        let run = store.write(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let found = since.map(|since| tenants_runs::unfinished(&transaction, file, since));
            let run = match found.transpose()?.flatten() {
                Some(run) => run,
                None => tenants_runs::begin(&transaction, file, now)?,
            };
            transaction.commit()?;
            Ok(run)
        })?;
        Ok(Self { store, run })
    }

    /// When the run began.
    pub fn started_at(&self) -> Timestamp {
        self.run.started_at
    }

    /// The finished tenants.
    pub fn done(&mut self) -> Result<Vec<DoneTenant>, StoreError> {
        let run = self.run.id;
        self.store
            .write(|connection| tenants_runs::done(connection, run))
    }

    /// Records that a tenant is finished.
    pub fn record(&mut self, tenant: &DoneTenant, now: Timestamp) -> Result<(), StoreError> {
        let run = self.run.id;
        self.store
            .write(|connection| tenants_runs::record(connection, run, tenant, now))
    }

    /// Records that the run stops; `ended` is whether it is finished.
    pub fn stop(&mut self, ended: bool, now: Timestamp) -> Result<(), StoreError> {
        let run = self.run.id;
        self.store
            .write(|connection| tenants_runs::stop(connection, run, ended, now))
    }
}
