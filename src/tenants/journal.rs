//! Records the finished tenants, so that a later run resumes with the others.

use std::{collections::HashMap, path::Path};

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::job::TenantJob;
use crate::{
    config::Tenant,
    domain::text::chain,
    report::{
        output::{comparable, has_own_files},
        overview::RunDigest,
    },
    store::{DoneTenant, StoreError, TenantsJournal},
};

/// What an earlier process has recorded for a tenant.
#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    /// The absolute path of its reports.
    folder: String,
    pub(super) digest: RunDigest,
}

impl Done {
    /// Whether its reports are in this folder, and still exist.
    pub(super) fn is_in(&self, folder: &Path) -> bool {
        self.folder == absolute_path(folder) && has_own_files(folder)
    }
}

fn absolute_path(folder: &Path) -> String {
    comparable(folder).to_string_lossy().into_owned()
}

/// The journal of finished tenants.
pub(super) struct Journal {
    /// Those finished by earlier processes, by name.
    done: HashMap<String, DoneTenant>,
    kept: Mutex<TenantsJournal>,
}

impl Journal {
    pub(super) fn new(mut kept: TenantsJournal) -> Result<Self, StoreError> {
        let done = kept.done()?.into_iter();
        Ok(Self {
            done: done.map(|it| (it.name.clone(), it)).collect(),
            kept: Mutex::new(kept),
        })
    }

    /// When the first process started.
    pub(super) fn started_at(&self) -> Timestamp {
        self.kept.lock().started_at()
    }

    /// The number of tenants that earlier processes have finished.
    pub(super) fn done_before(&self) -> u64 {
        self.done.len() as u64
    }

    /// What an earlier process has recorded for this tenant.
    pub(super) fn done(&self, tenant: &Tenant) -> Option<Done> {
        let done = self.done.get(&tenant.name)?;
        let is_same = done.tenant_id.eq_ignore_ascii_case(tenant.id());
        let done = Some(&done.digest).filter(|_| is_same)?;
        // A tenant that an older version finished is run again.
        serde_json::from_str(done).ok()
    }

    /// Records that a tenant is finished. If that fails, a later run repeats it.
    pub(super) fn record(&self, job: &TenantJob<'_>, digest: &RunDigest) {
        let done = job.folder().map(|folder| Done {
            folder: absolute_path(folder),
            digest: digest.clone(),
        });
        let Some(Ok(text)) = done.map(|it| serde_json::to_string(&it)) else {
            return;
        };
        let done = DoneTenant {
            name: job.tenant.name.clone(),
            tenant_id: job.tenant.id().to_owned(),
            digest: text,
        };
        let recorded = self.kept.lock().record(&done, Timestamp::now());
        warn_of(recorded);
    }

    /// Records the end of this process; `ended` is whether all tenants are finished.
    pub(super) fn stop(&self, ended: bool) {
        let recorded = self.kept.lock().stop(ended, Timestamp::now());
        warn_of(recorded);
    }
}

fn warn_of(recorded: Result<(), StoreError>) {
    if let Err(problem) = recorded {
        warn!(
            "The store could not be updated; after an interruption, tenants that are done would be done \
             again: {}",
            chain(&problem)
        );
    }
}
