//! `patchgap report`: the main job, for a real tenant.

use std::path::Path;

use tracing::warn;

use super::{App, AppError};
use crate::{
    cli,
    collect::per_machine::Stops,
    config::{Config, ConfigError, StoreSettings, refuse_path},
    domain::exit_code::ExitCode,
    inventory::{self, Inventory, Source},
    report,
    run::{
        inputs::{demand_room, inputs},
        interrupt,
        messages::{shared_names, tell, unread_times},
        prepare::Job,
    },
    store::open_to_others,
};

impl App {
    pub(super) async fn report(&mut self, command: cli::Report) -> Result<ExitCode, AppError> {
        let resolved = self.resolve(command.settings)?;
        let config = &resolved.config;
        let list = command.machines.clone();
        if let Some(machines) = &list {
            refuse_path("MACHINES_CSV", machines)?;
        }
        let read = |path| inventory::read(&Source::from(path), config.column.as_deref());
        let inventory = command.machines.map(read).transpose()?;
        if let Some(inventory) = &inventory {
            self.say_what_is_odd(inventory, config);
        }
        let state = state(&config.store)?;
        if config.run.is_some() && !config.offline {
            return Err(AppError::RunOnline);
        }
        if config.run.is_some() && inventory.is_some() {
            return Err(AppError::RunWithList);
        }
        let inputs = inputs(&resolved, state, list.as_deref());
        if config.offline {
            demand_room(config, &report::reports(&config.reports.formats), &inputs)?;
            return self.offline(config, state, inventory);
        }
        let stops = Stops::default();
        interrupt::watch(stops.clone());
        let job = Job {
            config,
            inputs: &inputs,
            state,
            inventory: &inventory.ok_or(AppError::NoList)?,
            started: &self.surroundings.started,
            bar: &self.bar,
            stops: &stops,
        };
        Ok(job.run().await?)
    }
}

impl App {
    /// What people should know of a list before they read figures about it.
    fn say_what_is_odd(&self, inventory: &Inventory, config: &Config) {
        let now = self.surroundings.started.timestamp();
        if let Some(doubt) = unread_times(inventory, now) {
            warn!("{doubt}");
        }
        if let Some(notice) = shared_names(inventory) {
            tell(config.console, &notice);
        }
    }
}

/// The file in which answers are kept; a warning where others may write to it. Only a demonstration has
/// none of its own.
pub(super) fn state(store: &StoreSettings) -> Result<&Path, AppError> {
    let path = store.path.as_deref();
    let path = path.ok_or(AppError::Config(ConfigError::NoStateFolder))?;
    if let Some(doubt) = open_to_others(path) {
        warn!("{doubt}");
    }
    Ok(path)
}
