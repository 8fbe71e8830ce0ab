//! `patchgap report`: the main job, for a real tenant.

use super::{App, AppError, job::Job};
use crate::{
    cli,
    exit_code::ExitCode,
    inventory::{self, Source},
};

impl App {
    pub(super) async fn report(&mut self, command: cli::Report) -> Result<ExitCode, AppError> {
        let config = self.resolve(command.settings)?.config;
        let source = Source::from(command.machines.ok_or(AppError::NoList)?);
        let inventory = inventory::read(&source, config.column.as_deref())?;
        let job = Job {
            config: &config,
            inventory: &inventory,
            started: &self.surroundings.started,
            bar: &self.bar,
        };
        job.run().await
    }
}
