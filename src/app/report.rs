//! `patchgap report`: collects and reports for a real tenant.

use std::path::Path;

use tracing::warn;

use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    cli,
    collect::per_machine::Stops,
    config::{Config, MachineSource, Settings, refuse_path},
    domain::exit_code::ExitCode,
    inventory::{self, Inventory, Source},
    run::{
        RunError, RunInput,
        feeds::read_feeds,
        inputs::{check_conflicts, inputs},
        interrupt,
        kept::report_again,
        list::{ListInput, kept_list, list_of_run},
        messages::{inform, listed, shared_names, unreadable_last_seen},
        policy::read_policy,
        run,
    },
};

pub(super) async fn report(
    context: &mut Context,
    command: cli::Report,
) -> Result<ExitCode, AppError> {
    let list = typed_list(&command)?;
    let filter = typed_filter(&command.settings);
    let resolved = context.resolve(command.settings)?;
    let started = &context.surroundings.started;
    let config = &resolved.config;
    check_filters(filter, list.as_ref(), config)?;
    let list = list.or_else(|| config.machines.clone().filter(|_| !config.offline));
    let file = match &list {
        Some(MachineSource::File(path)) => Some(path.as_path()),
        Some(MachineSource::Service) | None => None,
    };
    let read =
        |path: &Path| inventory::read(&Source::from(path.to_owned()), config.column.as_deref());
    let mut inventory = file.map(read).transpose()?;
    let state = state(&config.store)?;
    check_flags(config, list.as_ref())?;
    let inputs = inputs(&resolved, state, file);
    let stops = Stops::default();
    let list_input = ListInput {
        config,
        state,
        now: started.timestamp(),
        stops: &stops,
    };
    if config.offline {
        check_conflicts(config, &inputs)?;
        if let Some(MachineSource::Service) = list {
            inventory = Some(service_list(list_input).await?);
        }
        if let Some(inventory) = &inventory {
            warn_of_oddities(context, inventory, config);
        }
        return Ok(report_again(config, state, inventory, &inputs, started)?);
    }
    let feeds = &read_feeds(config, started.timestamp())?;
    let policy = &read_policy(config, feeds)?;
    interrupt::watch(stops.clone());
    let inventory = match (inventory, list) {
        (Some(inventory), _) => inventory,
        (None, Some(_)) => {
            check_conflicts(config, &inputs)?;
            service_list(list_input).await?
        }
        (None, None) => return Err(AppError::NoList),
    };
    warn_of_oddities(context, &inventory, config);
    let input = RunInput {
        config,
        inputs: &inputs,
        state,
        inventory: &inventory,
        feeds,
        policy,
        started,
        bar: &context.bar,
        stops: &stops,
    };
    Ok(run(input).await?)
}

/// The list that the command line names, if any.
fn typed_list(command: &cli::Report) -> Result<Option<MachineSource>, AppError> {
    let Some(path) = &command.machines else {
        return Ok(command.all_machines.then_some(MachineSource::Service));
    };
    refuse_path("MACHINES_CSV", path)?;
    Ok(Some(MachineSource::File(path.clone())))
}

/// A filter that was typed, if any. Filters are only for the service's list.
fn typed_filter(settings: &Settings) -> Option<&'static str> {
    let filters = [
        ("--os", settings.os.is_some()),
        ("--group", settings.group.is_some()),
        ("--tag", settings.tag.is_some()),
        ("--seen-within", settings.seen_within.is_some()),
        ("--filter", settings.filter.is_some()),
        ("--exclude", settings.exclude.is_some()),
    ];
    let typed = filters.into_iter().find(|(_, is_typed)| *is_typed);
    typed.map(|(flag, _)| flag)
}

/// Checks that no filter was typed beside a list that is not compared with the service's.
fn check_filters(
    filter: Option<&'static str>,
    typed: Option<&MachineSource>,
    config: &Config,
) -> Result<(), AppError> {
    match (filter, typed) {
        (Some(flag), Some(MachineSource::File(path))) if !config.filters.check_list => {
            Err(AppError::FilterWithList(flag, path.display().to_string()))
        }
        _ => Ok(()),
    }
}

/// The machines that the service lists; for a dry run and offline, those that it listed last.
async fn service_list(input: ListInput<'_>) -> Result<Inventory, RunError> {
    let inventory = if input.config.dry_run || input.config.offline {
        kept_list(input)?
    } else {
        list_of_run(input).await?
    };
    inform(input.config.console, &listed(&inventory));
    Ok(inventory)
}

/// Checks that a kept run is only reported again offline, and with its own list.
fn check_flags(config: &Config, list: Option<&MachineSource>) -> Result<(), AppError> {
    match (config.run, config.offline, list) {
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
