//! `patchgap report --tenants`: a run for each tenant of a file, and an overview.

use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    collect::per_machine::Stops,
    config::{MachineSource, Settings, Tenants},
    domain::exit_code::ExitCode,
    run::interrupt,
    tenants::{TenantJob, TenantsInput, run_all},
};

/// Reports all tenants of the file.
pub(super) fn report_tenants(
    context: &mut Context,
    tenants: &Tenants,
    typed: &Settings,
    list: Option<&MachineSource>,
) -> Result<ExitCode, AppError> {
    if matches!(list, Some(MachineSource::File(_))) {
        return Err(AppError::ListForAll);
    }
    if typed.run.is_some() {
        return Err(AppError::RunForAll);
    }
    let common = context.resolve_for(typed, None)?.config;
    state(&common.store)?;
    let jobs = jobs(context, tenants, typed);
    let folders: Vec<_> = jobs.iter().map(TenantJob::folder).collect();
    tenants.check_folders(&folders)?;
    let has_list = list.is_some() || common.machines.is_some() || common.offline;
    if let Some(tenant) = tenants.list.iter().find(|it| !has_list && !it.has_list()) {
        return Err(tenants.no_list(tenant).into());
    }
    let stops = Stops::default();
    if !common.offline && !common.dry_run {
        interrupt::watch(stops.clone());
    }
    let input = TenantsInput {
        tenants,
        jobs,
        common: &common,
        list,
        started: &context.surroundings.started,
        bar: &context.bar,
        stops: &stops,
    };
    Ok(run_all(&input)?)
}

/// The tenants, each with its configuration.
fn jobs<'run>(context: &Context, tenants: &'run Tenants, typed: &Settings) -> Vec<TenantJob<'run>> {
    let tenants = tenants.list.iter();
    let jobs = tenants.map(|tenant| {
        let resolved = context.resolve_beside(typed.clone(), tenant);
        TenantJob::new(tenant, resolved)
    });
    jobs.collect()
}
