//! `patchgap report`: collects and reports for a real tenant, or for many (`tenants`).

mod tenants;

use jiff::Timestamp;

pub(super) use self::tenants::notification_of_all;
use self::tenants::report_tenants;
use super::{
    AppError,
    context::{Context, state},
    placeholders::check_placeholders,
};
use crate::{
    cli,
    collect::per_machine::Stops,
    config::{Config, MachineSource, Settings, refuse_path},
    domain::{exit_code::ExitCode, text::chain},
    notify::{NotificationContent, Notifier},
    report::default_title,
    run::{
        Finished, RunError, inputs::feeds::SharedFeeds, interrupt, job::ReportJob, renewal::renewal,
    },
    store::StoreFile,
};

pub(super) async fn report(
    context: &mut Context,
    command: cli::Report,
) -> Result<ExitCode, AppError> {
    let typed_list = typed_list(&command)?;
    let typed_filter = typed_filter(&command.settings);
    if command.settings.tenant.is_none()
        && let Some(tenants) = context.tenants(&command.settings)?
    {
        let reported = report_tenants(context, &tenants, &command.settings, typed_list.as_ref());
        return Box::pin(reported).await;
    }
    let resolved = context.resolve(&command.settings)?;
    let config = &resolved.config;
    check_placeholders(config)?;
    check_filters(typed_filter, typed_list.as_ref(), config)?;
    let list = typed_list.or_else(|| config.machines.clone().filter(|_| !config.offline));
    let state = StoreFile::new(state(&config.store)?);
    check_flags(config, list.as_ref())?;
    let notifier = Notifier::new(config)?;
    let stops = Stops::default();
    let job = ReportJob {
        resolved: &resolved,
        state: &state,
        list: list.as_ref(),
        started: &context.surroundings.started,
        feeds: &SharedFeeds::default(),
        bar: &context.bar,
        stops: &stops,
    };
    let finished = job.run(|| interrupt::watch(stops.clone())).await;
    if let Some(notifier) = notifier {
        notifier
            .notify(&notification(config, &finished), &stops.gentle)
            .await;
    }
    Ok(finished.ended?)
}

/// The notification about a run.
pub(super) fn notification<'run>(
    config: &Config,
    finished: &'run Finished,
) -> NotificationContent<'run> {
    let notice = finished.notice.as_deref();
    let problem = finished.ended.as_ref().err();
    NotificationContent {
        name: notice.map_or_else(|| name(config), |it| it.name.clone()),
        exit_code: finished.exit_code(),
        problem: problem.map(|it| chain(it)),
        hint: problem.and_then(RunError::hint),
        warnings: renewal(config, Timestamp::now()).into_iter().collect(),
        without_reports: match problem {
            Some(RunError::Output(_)) => "the reports could not be written",
            _ => "there are no reports",
        },
        notice,
    }
}

/// The name of the tenant for headlines, if there are no reports that have it.
fn name(config: &Config) -> String {
    let title = config.reports.title.clone();
    title.unwrap_or_else(|| default_title(config.sign_in.tenant_id.as_deref()))
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

/// Checks that no filter was typed together with a list, unless the list is compared with the
/// service's.
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

/// Checks that `--run` is only used offline and without another list.
fn check_flags(config: &Config, list: Option<&MachineSource>) -> Result<(), AppError> {
    match (config.run, config.offline, list) {
        (Some(_), false, _) => Err(AppError::RunOnline),
        (Some(_), true, Some(_)) => Err(AppError::RunWithList),
        _ => Ok(()),
    }
}
