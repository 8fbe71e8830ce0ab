//! `patchgap report --tenants`: a run for each tenant of a file, and an overview.

use jiff::Timestamp;

use crate::{
    app::{
        AppError,
        all_tenants::{AllTenants, ResolvedTenant, resolve_all},
        context::Context,
        open_files,
    },
    collect::per_machine::Stops,
    config::{MachineSource, Settings, Tenants},
    domain::{
        exit_code::ExitCode,
        text::{chain, counted},
    },
    notify::{NotificationContent, Notifier},
    places::ReportFile,
    report::overview::FILES,
    run::{
        RunError,
        deliver::upload::{self, Upload, upload_files},
        interrupt,
        renewal::renewal,
    },
    tenants::{AllEnded, TenantJob, TenantsInput, run_all},
};

/// Reports all tenants of the file.
pub(super) async fn report_tenants(
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
    let notifier = Notifier::new(&common)?;
    let warnings = notifier.as_ref().map(|_| renewals(&each));
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
    open_files::allow_many();
    let mut ended = check_upload(&input).await.and_then(|()| run_all(&input));
    if let Ok(all) = &mut ended
        && let Err(problem) = upload_overview(&input).await
    {
        all.fail_after(problem);
    }
    if let Some(notifier) = notifier {
        let notification = NotificationContent {
            warnings: warnings.unwrap_or_default(),
            ..notification_of_all(tenants.list.len(), &ended)
        };
        notifier.notify(&notification, &stops.gentle).await;
    }
    Ok(ended?.ended()?)
}

/// Checks before anything is requested that the overview can be uploaded.
async fn check_upload(input: &TenantsInput<'_>) -> Result<(), RunError> {
    let (place, common) = (input.tenants.upload.as_ref(), input.common);
    let place = place.filter(|_| !common.dry_run && !common.offline);
    upload::check(place, common, input.started).await
}

/// Uploads the overview. The tenants' own reports have been uploaded before.
async fn upload_overview(input: &TenantsInput<'_>) -> Result<(), RunError> {
    let place = input.tenants.upload.as_ref();
    let Some(place) = place.filter(|_| !input.common.dry_run) else {
        return Ok(());
    };
    let upload = Upload {
        config: input.common,
        place,
        started: input.started,
        stop: &input.stops.gentle,
    };
    upload_files(
        upload,
        &ReportFile::all(&input.tenants.overview, None, FILES),
    )
    .await
}

/// The warnings about certificates that should be renewed.
fn renewals(tenants: &[ResolvedTenant<'_>]) -> Vec<String> {
    let now = Timestamp::now();
    let renewals = tenants.iter().filter_map(|it| {
        let warning = renewal(&it.resolved.as_ref().ok()?.config, now)?;
        Some(format!("{}: {warning}", it.tenant.name))
    });
    renewals.collect()
}

/// The notification about a run over all tenants.
pub(in crate::app) fn notification_of_all(
    tenants: usize,
    ended: &Result<AllEnded, RunError>,
) -> NotificationContent<'_> {
    let (exit_code, problem) = match ended {
        Ok(ended) => match ended.failed_after() {
            None => (ended.exit_code, None),
            Some(problem) => (problem.exit_code(), Some(problem)),
        },
        Err(problem) => (problem.exit_code(), Some(problem)),
    };
    let notice = ended.as_ref().ok().and_then(|it| it.notice.as_deref());
    NotificationContent {
        name: counted(tenants as u64, "tenant", "tenants"),
        exit_code,
        problem: problem.map(|it| chain(it)),
        hint: problem.and_then(RunError::hint),
        warnings: Vec::new(),
        without_reports: match problem {
            Some(RunError::Output(_)) => "the overview could not be written",
            _ => "there are no reports",
        },
        notice,
    }
}
