//! The input of a run.

use jiff::ZonedDateTime;

use crate::{
    collect::per_machine::Stops, config::Config, inventory::Inventory, progress::Bar,
    report::output::Input, run::inputs::criteria::Criteria, store::StoreFile,
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
    pub(crate) criteria: &'run Criteria,
    pub(crate) started: &'run ZonedDateTime,
    pub(crate) bar: &'run Bar,
    /// Cancelled when the run is interrupted.
    pub(crate) stops: &'run Stops,
}
