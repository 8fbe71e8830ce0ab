//! The reports, and the folder that they are written to.

use crate::{
    config::Config,
    report::{
        self, Report, Run,
        output::{OutputError, OutputFolder},
    },
};

/// The reports, and the folder that they are written to.
pub(in crate::run) struct Output {
    reports: Vec<Box<dyn Report>>,
    folder: OutputFolder,
}

impl Output {
    /// Checks that the folder is writable.
    pub(in crate::run) fn prepare(config: &Config) -> Result<Self, OutputError> {
        let reports = report::reports(&config.reports.formats);
        let folder = OutputFolder::prepare(&config.reports.out, &reports)?;
        Ok(Self { reports, folder })
    }

    pub(in crate::run) fn write(&self, run: &Run<'_>) -> Result<(), OutputError> {
        self.folder.write_all(&self.reports, run)
    }
}
