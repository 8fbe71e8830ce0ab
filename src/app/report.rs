//! `patchgap report`: collects and reports for a real tenant.

use tracing::warn;

use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    cli,
    collect::per_machine::Stops,
    config::{Config, refuse_path},
    domain::exit_code::ExitCode,
    inventory::{self, Inventory, Source},
    run::{
        RunInput,
        inputs::{check_conflicts, inputs},
        interrupt,
        kept::report_again,
        messages::{inform, shared_names, unreadable_last_seen},
        run,
    },
};

pub(super) async fn report(
    context: &mut Context,
    command: cli::Report,
) -> Result<ExitCode, AppError> {
    let resolved = context.resolve(command.settings)?;
    let started = &context.surroundings.started;
    let config = &resolved.config;
    let list = command.machines.clone();
    if let Some(machines) = &list {
        refuse_path("MACHINES_CSV", machines)?;
    }
    let read = |path| inventory::read(&Source::from(path), config.column.as_deref());
    let inventory = command.machines.map(read).transpose()?;
    if let Some(inventory) = &inventory {
        warn_of_oddities(context, inventory, config);
    }
    let state = state(&config.store)?;
    check_flags(config, inventory.as_ref())?;
    let inputs = inputs(&resolved, state, list.as_deref());
    if config.offline {
        check_conflicts(config, &inputs)?;
        return Ok(report_again(config, state, inventory, started)?);
    }
    let stops = Stops::default();
    interrupt::watch(stops.clone());
    let input = RunInput {
        config,
        inputs: &inputs,
        state,
        inventory: &inventory.ok_or(AppError::NoList)?,
        started,
        bar: &context.bar,
        stops: &stops,
    };
    Ok(run(input).await?)
}

/// Checks that a kept run is only reported again offline, and with its own list.
fn check_flags(config: &Config, inventory: Option<&Inventory>) -> Result<(), AppError> {
    match (config.run, config.offline, inventory) {
        (Some(_), false, _) => Err(AppError::RunOnline),
        (Some(_), true, Some(_)) => Err(AppError::RunWithList),
        _ => Ok(()),
    }
}

/// Prints oddities of the list that affect how its figures are to be read.
fn warn_of_oddities(context: &Context, inventory: &Inventory, config: &Config) {
    let now = context.surroundings.started.timestamp();
    if let Some(doubt) = unreadable_last_seen(inventory, now) {
        warn!("{doubt}");
    }
    if let Some(message) = shared_names(inventory) {
        inform(config.console, &message);
    }
}
