//! The reports, and the folder that they are written to.

use tracing::warn;

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
    /// The number of updates with a file of targets.
    targets: usize,
    folder: OutputFolder,
}

impl Output {
    /// Checks that the folder is writable.
    pub(in crate::run) fn prepare(config: &Config) -> Result<Self, OutputError> {
        let reports = report::reports(&config.reports.formats);
        let folder = OutputFolder::prepare(&config.reports.out, &reports)?;
        let targets = config.reports.targets;
        if targets > 0 {
            folder.prepare_targets()?;
        }
        Ok(Self {
            reports,
            targets,
            folder,
        })
    }

    pub(in crate::run) fn write(&self, run: &Run<'_>) -> Result<(), OutputError> {
        let targets = report::targets(run, self.targets);
        let targets = targets.map_err(|source| OutputError::Stage {
            path: run.facts.folder.join("targets"),
            source,
        })?;
        for kb in report::updates_without_targets(run.fleet, self.targets) {
            warn!("no file of targets for {kb}: its id is not a number");
        }
        self.folder.write_all(&self.reports, &targets, run)
    }
}
