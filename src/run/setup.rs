//! What a run is given, and what stays the same from its preparations to its end.

use std::path::Path;

use jiff::ZonedDateTime;

use super::{identity::Identity, lock::TenantLock};
use crate::{
    collect::per_machine::Stops,
    config::Config,
    inventory::Inventory,
    progress::Bar,
    report::{
        self, Report, Run,
        output::{Input, OutputError, OutputFolder},
    },
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

/// What stays the same once a run is prepared.
pub(super) struct Setup<'run> {
    pub(super) input: RunInput<'run>,
    pub(super) output: Output,
    pub(super) identity: Identity,
    /// Held until the run has ended.
    pub(super) _lock: TenantLock,
}

/// The reports, and the folder that they are written to.
pub(super) struct Output {
    reports: Vec<Box<dyn Report>>,
    folder: OutputFolder,
}

impl Output {
    /// Finds out whether the folder can be written to.
    pub(super) fn prepare(config: &Config) -> Result<Self, OutputError> {
        let reports = report::reports(&config.reports.formats);
        let folder = OutputFolder::prepare(&config.reports.out, &reports)?;
        Ok(Self { reports, folder })
    }

    pub(super) fn write(&self, run: &Run<'_>) -> Result<(), OutputError> {
        self.folder.write_all(&self.reports, run)
    }
}
