//! `patchgap report --tenants`: a run for each tenant of a file, and an overview.

use super::{
    AppError,
    all_tenants::{AllTenants, resolve_all},
    context::Context,
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
    let AllTenants { common, each } = resolve_all(context, tenants, typed)?;
    let has_list = list.is_some() || common.machines.is_some() || common.offline;
    if let Some(tenant) = tenants.list.iter().find(|it| !has_list && !it.has_list()) {
        return Err(tenants.no_list(tenant).into());
    }
    let stops = Stops::default();
    if !common.offline && !common.dry_run {
        interrupt::watch(stops.clone());
    }
    let jobs = each.into_iter();
    let jobs = jobs.map(|it| TenantJob::new(it.tenant, it.resolved));
    let input = TenantsInput {
        tenants,
        jobs: jobs.collect(),
        common: &common,
        list,
        started: &context.surroundings.started,
        bar: &context.bar,
        stops: &stops,
    };
    Ok(run_all(&input)?)
}
