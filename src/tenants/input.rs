//! The input of a run over many tenants, and the state that the runs share.

use jiff::ZonedDateTime;

use super::{job::TenantJob, journal::Journal, stores::Stores};
use crate::{
    collect::per_machine::Stops,
    config::{Config, MachineSource, Tenants},
    progress::{Bar, TenantBars},
    run::inputs::feeds::SharedFeeds,
    store::StoreFile,
};

/// The input of a run over many tenants.
pub(crate) struct TenantsInput<'run> {
    pub(crate) tenants: &'run Tenants,
    pub(crate) jobs: Vec<TenantJob<'run>>,
    /// The configuration that applies to all tenants.
    pub(crate) common: &'run Config,
    /// The list given on the command line: the service's own.
    pub(crate) list: Option<&'run MachineSource>,
    pub(crate) started: &'run ZonedDateTime,
    pub(crate) bar: &'run Bar,
    /// Cancelled when the process is interrupted.
    pub(crate) stops: &'run Stops,
}

/// The state that the runs share.
pub(super) struct Shared<'run> {
    /// The files of all stores.
    pub(super) stores: Stores,
    pub(super) feeds: SharedFeeds,
    pub(super) bars: TenantBars,
    /// `None` if nothing is requested.
    pub(super) journal: Option<&'run Journal>,
}

impl Shared<'_> {
    /// The file of a tenant's store.
    pub(super) fn store(&self, job: &TenantJob<'_>) -> Option<&StoreFile> {
        self.stores.find(job.state()?)
    }
}
