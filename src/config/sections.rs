//! From merged settings to the sections of the configuration.

use std::{num::NonZeroUsize, path::Path};

use jiff::{Timestamp, ZonedDateTime};

use super::{
    CaCertificate, ColorMode, Config, ConfigError, Console, Environment, FeedUrls, FeedsFolder,
    Graph, MachineFilters, NotifySettings, Percent, Place, PolicySettings, Reports, Service,
    Settings, SourceSettings, Tenant,
    defaults::{required, url_or},
    sign_in::{FoundSecret, graph_sign_in, of_tenant, sign_in},
    stop::stop,
    store, tenants,
    value::Text,
};
use crate::{
    changes::Replacing, defender::auth::SignIn, domain::answer::Source, progress::ProgressMode,
};

/// What a configuration depends on in addition to the options.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) environment: &'a Environment,
    pub(super) working_directory: &'a Path,
    pub(super) started: &'a ZonedDateTime,
    /// The tenant of a file of tenants.
    pub(super) tenant: Option<&'a Tenant>,
    /// Whether the folder of the reports was typed.
    pub(super) is_out_typed: bool,
    /// Whether the place of the upload was.
    pub(super) is_upload_typed: bool,
}

impl Surroundings<'_> {
    /// Returns an error if the time zone is unknown; `what` depends on it.
    fn require_zone(&self, what: &str) -> Result<(), ConfigError> {
        self.environment.require_zone(self.started, what)
    }
}

/// The configuration that merged settings make.
pub(super) fn config(
    settings: Settings,
    found: FoundSecret,
    surroundings: Surroundings<'_>,
) -> Result<Config, ConfigError> {
    let endpoints = required(settings.cloud, "cloud")?.endpoints();
    let mut sign_in = sign_in(&settings, endpoints, found.secret, surroundings.environment)?;
    if let Some(tenant) = surroundings.tenant {
        sign_in = of_tenant(sign_in, tenant)?;
    }
    Ok(Config {
        tenant: surroundings.tenant.map(|it| it.name.clone()),
        filters: filters(&settings)?,
        machines: settings.machines.clone(),
        graph: graph(&settings, endpoints.graph, &sign_in, surroundings)?,
        sign_in,
        service: service(&settings, endpoints.api)?,
        reports: reports(&settings, surroundings)?,
        feeds: feeds(&settings, surroundings.environment),
        feed_urls: feed_urls(&settings)?,
        policy: policy(&settings)?,
        lake: settings.lake.clone().map(Into::into),
        upload: upload(&settings, surroundings)?,
        store_variables: surroundings.environment.store_variables(),
        notify: NotifySettings::new(&settings, surroundings.environment)?,
        metrics: settings.metrics.clone(),
        log_file: settings.log_file.clone(),
        source: source(&settings)?,
        census: settings.census.unwrap_or(is_selective(&settings)),
        cross_check: cross_check(&settings)?,
        progress: progress(&settings)?,
        console: console(&settings, surroundings.environment)?,
        store: store::store(&settings)?,
        until: until(&settings, surroundings)?,
        offline: required(settings.offline, "offline")?,
        step_summary: surroundings.environment.step_summary(),
        run: settings.run.map(|run| i64::from(run.get())),
        dry_run: required(settings.dry_run, "dry_run")?,
        limits: required(settings.rate_limit, "rate_limit")?,
        pace: required(settings.pace, "pace")?,
        column: settings.column.map(Into::into),
    })
}

/// The folder with feeds: the named one, or that of the platform.
fn feeds(settings: &Settings, environment: &Environment) -> Option<FeedsFolder> {
    let default = || environment.folders().data_folder("feeds");
    let is_named = settings.feeds.is_some();
    let path = settings.feeds.clone().or_else(default)?;
    Some(FeedsFolder { path, is_named })
}

fn feed_urls(settings: &Settings) -> Result<FeedUrls, ConfigError> {
    Ok(FeedUrls {
        kev: required(settings.kev_url.clone(), "kev_url")?.into(),
        epss: required(settings.epss_url.clone(), "epss_url")?.into(),
        msrc: required(settings.msrc_url.clone(), "msrc_url")?.into(),
    })
}

fn policy(settings: &Settings) -> Result<PolicySettings, ConfigError> {
    Ok(PolicySettings {
        exceptions: settings.exceptions.clone(),
        deadlines: required(settings.deadlines, "deadlines")?.get(),
        fail_on: required(settings.fail_on, "fail_on")?,
    })
}

/// The shares of kept and of inferred answers that are rechecked by default, in per cent.
const DEFAULT_RECHECK: [u32; 2] = [7, 2];

fn source(settings: &Settings) -> Result<SourceSettings, ConfigError> {
    let [recheck_kept, recheck_inferred] =
        DEFAULT_RECHECK.map(|share| settings.recheck.unwrap_or(Percent::whole(share)));
    Ok(SourceSettings {
        answers: required(settings.source, "source")?,
        recheck_kept,
        recheck_inferred,
        max_missed: required(settings.max_missed, "max_missed")?,
        changes_from: required(settings.changes_from, "changes_from")?,
    })
}

/// The source that the answers are compared with, which must be another one than theirs.
fn cross_check(settings: &Settings) -> Result<Option<Source>, ConfigError> {
    let second = required(settings.cross_check, "cross_check")?.source();
    let first = required(settings.source, "source")?.bulk;
    match second {
        Some(source) if first == second => Err(ConfigError::CrossCheckOfItself(source)),
        _ => Ok(second),
    }
}

/// Whether not every machine is called for, so that the answers of the others have to be checked.
fn is_selective(settings: &Settings) -> bool {
    settings
        .source
        .is_some_and(|source| !source.is_every_machine())
}

fn filters(settings: &Settings) -> Result<MachineFilters, ConfigError> {
    let texts = |list: &Option<Vec<Text>>| -> Vec<String> {
        let list = list.iter().flatten().cloned();
        list.map(String::from).collect()
    };
    Ok(MachineFilters {
        os: texts(&Some(required(settings.os.clone(), "os")?)),
        groups: texts(&settings.group),
        tags: texts(&settings.tag),
        seen_within: required(settings.seen_within, "seen_within")?.get(),
        odata: settings.filter.clone().map(String::from),
        check_list: required(settings.check_list, "check_list")?,
        exclude: settings.exclude.clone(),
    })
}

fn service(settings: &Settings, api: &str) -> Result<Service, ConfigError> {
    let api_url = url_or(settings.api_url.clone(), api, "api_url")?;
    let concurrency = required(settings.concurrency, "concurrency")?.get();
    Ok(Service {
        api_url: api_url.into(),
        ca_cert: settings
            .ca_cert
            .clone()
            .map(CaCertificate::read)
            .transpose()?,
        timeout: required(settings.timeout, "timeout")?.get(),
        concurrency: usize::try_from(concurrency)
            .ok()
            .and_then(NonZeroUsize::new)
            .unwrap_or(NonZeroUsize::MIN),
        retries: required(settings.retries, "retries")?.get(),
    })
}

fn graph(
    settings: &Settings,
    default: &str,
    sign_in: &SignIn,
    surroundings: Surroundings<'_>,
) -> Result<Graph, ConfigError> {
    let url = url_or(settings.graph_url.clone(), default, "graph_url")?;
    let of_cloud = || format!("{default}/.default");
    let scope = settings.graph_scope.clone();
    let scope = scope.map_or_else(of_cloud, Into::into);
    Ok(Graph {
        sign_in: graph_sign_in(
            sign_in,
            scope,
            surroundings.tenant,
            surroundings.environment,
        )?,
        url: url.into(),
    })
}

/// When the run stops sending requests. A local time requires a known time zone.
fn until(
    settings: &Settings,
    surroundings: Surroundings<'_>,
) -> Result<Option<Timestamp>, ConfigError> {
    let local = settings.until.as_ref().filter(|until| until.is_local());
    if let (Some(until), false) = (local, required(settings.offline, "offline")?) {
        surroundings.require_zone(&format!("--until {until}"))?;
    }
    stop(settings, surroundings.started)
}

/// Where the reports are uploaded to.
fn upload(
    settings: &Settings,
    surroundings: Surroundings<'_>,
) -> Result<Option<Place>, ConfigError> {
    let Some(merged) = settings.upload.as_ref() else {
        return Ok(None);
    };
    if merged.is_dated() {
        surroundings.require_zone("--upload")?;
    }
    let is_typed = surroundings.is_upload_typed;
    let place = tenants::upload(is_typed, surroundings.tenant, merged, surroundings.started);
    Ok(Some(place))
}

fn reports(settings: &Settings, surroundings: Surroundings<'_>) -> Result<Reports, ConfigError> {
    let merged = required(settings.out.as_ref(), "out")?;
    if merged.is_dated() {
        surroundings.require_zone(&format!("--out {}", merged.as_str()))?;
    }
    let is_typed = surroundings.is_out_typed;
    let out = tenants::out(is_typed, surroundings.tenant, merged, surroundings.started);
    Ok(Reports {
        out: surroundings.working_directory.join(out),
        formats: required(settings.format.as_ref(), "format")?.get().to_vec(),
        targets: required(settings.targets, "targets")?.get() as usize,
        split_by: settings.split_by.clone().map(String::from),
        title: settings.title.clone().map(String::from),
        replacing: if required(settings.no_replaced, "no_replaced")? {
            Replacing::Ignored
        } else {
            Replacing::Recognized
        },
        csv_guard: !required(settings.no_csv_guard, "no_csv_guard")?,
        rank_by: settings.rank_by,
        min_coverage: required(settings.min_coverage, "min_coverage")?,
        software: settings.software.unwrap_or(is_selective(settings)),
    })
}

/// The progress mode. With `quiet` there is no progress, unless a mode is set.
fn progress(settings: &Settings) -> Result<ProgressMode, ConfigError> {
    let quiet = required(settings.quiet, "quiet")?;
    Ok(match required(settings.progress, "progress")? {
        ProgressMode::Auto if quiet => ProgressMode::Off,
        mode => mode,
    })
}

/// The console settings. `NO_COLOR` applies if no colour mode is set.
fn console(settings: &Settings, environment: &Environment) -> Result<Console, ConfigError> {
    let color = match required(settings.color, "color")? {
        ColorMode::Auto if environment.get("NO_COLOR").is_some() => ColorMode::Never,
        mode => mode,
    };
    Ok(Console {
        log_format: required(settings.log_format, "log_format")?,
        verbose: required(settings.verbose, "verbose")?,
        quiet: required(settings.quiet, "quiet")?,
        color,
    })
}
