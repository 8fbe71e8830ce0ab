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
        inputs::{demand_room, inputs},
        interrupt,
        kept::report_again,
        messages::{inform, shared_names, unread_times},
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
        say_what_is_odd(context, inventory, config);
    }
    let state = state(&config.store)?;
    demand_sense(config, inventory.as_ref())?;
    let inputs = inputs(&resolved, state, list.as_deref());
    if config.offline {
        demand_room(config, &inputs)?;
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
fn demand_sense(config: &Config, inventory: Option<&Inventory>) -> Result<(), AppError> {
    match (config.run, config.offline, inventory) {
        (Some(_), false, _) => Err(AppError::RunOnline),
        (Some(_), true, Some(_)) => Err(AppError::RunWithList),
        _ => Ok(()),
    }
}

/// Prints oddities of the list that affect how its figures are to be read.
fn say_what_is_odd(context: &Context, inventory: &Inventory, config: &Config) {
    let now = context.surroundings.started.timestamp();
    if let Some(doubt) = unread_times(inventory, now) {
        warn!("{doubt}");
    }
    if let Some(message) = shared_names(inventory) {
        inform(config.console, &message);
    }
}
