//! What a run is given.

use std::path::Path;

use jiff::ZonedDateTime;

use crate::{
    collect::per_machine::Stops, config::Config, inventory::Inventory, progress::Bar,
    report::output::Input,
};

/// What a run is given. `report` and `demo` differ only in where it comes from.
#[derive(Clone, Copy)]
pub(crate) struct RunInput<'run> {
    pub(crate) config: &'run Config,
    /// The files that no report may replace.
    pub(crate) inputs: &'run [Input],
    /// The file in which answers are kept.
    pub(crate) state: &'run Path,
    pub(crate) inventory: &'run Inventory,
    pub(crate) started: &'run ZonedDateTime,
    pub(crate) bar: &'run Bar,
    /// Cancelled when the run is interrupted.
    pub(crate) stops: &'run Stops,
}
