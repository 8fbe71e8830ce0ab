//! `patchgap report`: the main job, for a real tenant.

use std::path::Path;

use tracing::warn;

use super::{App, AppError, interrupt, job::Job, notice::unreadable_times};
use crate::{
    cli,
    config::{ConfigError, StoreSettings},
    exit_code::ExitCode,
    fetch::Stops,
    inventory::{self, Source},
};

impl App {
    pub(super) async fn report(&mut self, command: cli::Report) -> Result<ExitCode, AppError> {
        let config = self.resolve(command.settings)?.config;
        let read = |path| inventory::read(&Source::from(path), config.column.as_deref());
        let inventory = command.machines.map(read).transpose()?;
        if let Some(doubt) = inventory.as_ref().and_then(unreadable_times) {
            warn!("{doubt}");
        }
        let state = state(&config.store)?;
        if config.run.is_some() && !config.offline {
            return Err(AppError::RunOnline);
        }
        if config.run.is_some() && inventory.is_some() {
            return Err(AppError::RunWithList);
        }
        if config.offline {
            return self.offline(&config, state, inventory);
        }
        let stops = Stops::default();
        interrupt::watch(stops.clone());
        let job = Job {
            config: &config,
            state,
            inventory: &inventory.ok_or(AppError::NoList)?,
            started: &self.surroundings.started,
            bar: &self.bar,
            stops: &stops,
        };
        job.run().await
    }
}

/// The file in which answers are kept. Only a demonstration has none of its own.
pub(super) fn state(store: &StoreSettings) -> Result<&Path, AppError> {
    store
        .path
        .as_deref()
        .ok_or(AppError::Config(ConfigError::NoStateFolder))
}
