//! The reports, and the folder that they are written to.

use std::path::Path;

use tracing::warn;

use super::part_folders::folders;
use crate::{
    config::Config,
    inventory::Inventory,
    report::{
        self, Report, Run,
        output::{OutputError, OutputFolder},
    },
    run::RunError,
};

/// The reports, and the folder that they are written to.
pub(in crate::run) struct Output {
    reports: Vec<Box<dyn Report>>,
    /// The number of updates with a file of targets.
    targets: usize,
    folder: OutputFolder,
}

impl Output {
    /// Checks that the folder is writable, and those of `--split-by` for this list.
    pub(in crate::run) fn prepare(config: &Config, list: &Inventory) -> Result<Self, RunError> {
        let reports = report::reports(&config.reports.formats);
        let targets = config.reports.targets;
        let prepare = |path: &Path| -> Result<OutputFolder, OutputError> {
            let folder = OutputFolder::prepare(path, &reports)?;
            if targets > 0 {
                folder.prepare_targets()?;
            }
            Ok(folder)
        };
        let folder = prepare(&config.reports.out)?;
        for name in folders(config, list)? {
            prepare(&config.reports.out.join(name))?;
        }
        Ok(Self {
            reports,
            targets,
            folder,
        })
    }

    pub(in crate::run) fn write(&self, run: &Run<'_>) -> Result<(), OutputError> {
        self.write_to(&self.folder, run)
    }

    /// Writes the reports about some of the machines to a subfolder.
    pub(in crate::run) fn write_part(&self, name: &str, run: &Run<'_>) -> Result<(), OutputError> {
        self.write_to(&self.folder.part(name)?, run)
    }

    /// Removes the reports of all other subfolders that an earlier run wrote.
    pub(in crate::run) fn remove_parts_except(&self, names: &[String]) -> Result<(), OutputError> {
        self.folder.remove_parts_except(names)
    }

    fn write_to(&self, folder: &OutputFolder, run: &Run<'_>) -> Result<(), OutputError> {
        let targets = report::targets(run, self.targets);
        let targets = targets.map_err(|source| OutputError::Stage {
            path: run.facts.folder.join("targets"),
            source,
        })?;
        for kb in report::updates_without_targets(run.fleet, self.targets) {
            warn!("no file of targets for {kb}: its id is not a number");
        }
        folder.write_all(&self.reports, &targets, run)
    }
}
