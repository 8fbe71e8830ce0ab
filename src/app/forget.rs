//! `patchgap forget`: deletes machines from the store, in every run.

use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    cli,
    config::Settings,
    console::print,
    domain::{
        exit_code::ExitCode,
        machine::MachineId,
        text::{bytes, counted},
    },
    store::Store,
};

pub(super) fn forget(context: &mut Context, command: cli::Forget) -> Result<ExitCode, AppError> {
    let machines = command.machines.clone();
    let config = context.resolve(&Settings::from(command))?.config;
    let mut store = Store::open_existing(state(&config.store)?)?;
    require_known(&store, &machines)?;
    if store.is_in_use()? {
        return Err(AppError::InUse);
    }
    let before = store.space()?;
    let forgotten = store.forget(&machines)?;
    let after = store.space()?;
    if !config.console.quiet {
        let machines = counted(forgotten.machines, "machine", "machines");
        let runs = counted(forgotten.runs, "run", "runs");
        print(&format!(
            "forgot {machines}, in {runs}; the store takes {} (before: {})\n\
             Reports that were written still name them, and a list that has them brings them back.\n",
            bytes(after.bytes),
            bytes(before.bytes)
        ))?;
    }
    Ok(ExitCode::Complete)
}

/// Fails before anything is deleted if one of them is not in the store.
fn require_known(store: &Store, machines: &[MachineId]) -> Result<(), AppError> {
    let known = store.known(machines)?;
    let unknown = machines.iter().find(|it| !known.contains(it));
    match unknown {
        Some(machine) => Err(AppError::UnknownMachine(*machine)),
        None => Ok(()),
    }
}
