//! The input of a run.

use std::sync::Arc;

use jiff::ZonedDateTime;

use crate::{
    collect::per_machine::Stops, config::Config, inventory::Inventory, policy::Policy,
    progress::Bar, report::output::Input, risk::Feeds, store::StoreFile,
};

/// The input of a run. `report` and `demo` differ only in its origin.
#[derive(Clone, Copy)]
pub(crate) struct RunInput<'run> {
    pub(crate) config: &'run Config,
    /// The files that reports must not replace.
    pub(crate) inputs: &'run [Input],
    /// The file of the store.
    pub(crate) state: &'run StoreFile,
    pub(crate) inventory: &'run Inventory,
    /// The feeds of CVEs (KEV, EPSS, MSRC).
    pub(crate) feeds: &'run Arc<Feeds>,
    /// Which gaps are accepted or overdue.
    pub(crate) policy: &'run Arc<Policy>,
    pub(crate) started: &'run ZonedDateTime,
    pub(crate) bar: &'run Bar,
    /// Cancelled when the run is interrupted.
    pub(crate) stops: &'run Stops,
}
