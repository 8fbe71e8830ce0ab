//! Resolves the layers to one configuration.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, ZonedDateTime};
use url::Url;

use super::{
    CaCertificate, ColorMode, Config, ConfigError, Console, Environment, FeedUrls, FeedsFolder,
    Graph, MachineFilters, NotifySettings, OutFolder, Percent, Place, PolicySettings, Reports,
    Resolved, Service, Settings, SourceSettings, Tenant, Tenants, UploadPlace,
    control_characters::refuse_typed,
    defaults::{defaults, required},
    environment::{NOTIFY_URL, SMTP_URL, variable},
    file,
    sign_in::{
        FoundSecret, ResolvedSignIn, SecretFiles, azure_layer, client_secret, graph_sign_in,
        of_tenant, sign_in,
    },
    stop::stop,
    store,
    tenants::{self, out},
    value::Text,
};
use crate::{
    changes::Replacing, defender::auth::SignIn, domain::answer::Source, progress::ProgressMode,
};

/// What a configuration depends on in addition to the options.
#[derive(Clone, Copy)]
struct Surroundings<'a> {
    environment: &'a Environment,
    working_directory: &'a Path,
    started: &'a ZonedDateTime,
    /// The tenant of a file of tenants.
    tenant: Option<&'a Tenant>,
    /// The folder of the reports, if it was typed.
    typed_out: Option<&'a OutFolder>,
    /// Where the reports are uploaded to, likewise.
    typed_upload: Option<&'a UploadPlace>,
}

impl Surroundings<'_> {
    /// Returns an error if the time zone is unknown; `what` depends on it.
    fn demand_zone(&self, what: &str) -> Result<(), ConfigError> {
        self.environment.demand_zone(self.started, what)
    }
}

/// The layers that all tenants share.
struct Layers {
    typed: Settings,
    environment: Settings,
    file: Settings,
    /// The path of the file.
    path: Option<PathBuf>,
    azure: Settings,
}

impl Layers {
    fn read(
        typed: Settings,
        environment: &Environment,
        working_directory: &Path,
    ) -> Result<Self, ConfigError> {
        refuse_typed(&typed)?;
        let typed = typed.typed().relative_to(working_directory);
        let layer = environment.layer()?.relative_to(working_directory);
        let config = typed.config.as_deref().or(layer.config.as_deref());
        let (path, file) = file::read(config, environment, working_directory)?
            .map(|file| (file.path, file.settings))
            .unzip();
        Ok(Self {
            typed,
            environment: layer,
            file: file.unwrap_or_default(),
            path,
            azure: azure_layer(environment)?.relative_to(working_directory),
        })
    }

    /// The files that may hold the client secret. That of a tenant's own table comes before any variable.
    fn secret_files(&self, tenant: Option<&Tenant>) -> SecretFiles {
        let of_tenant = tenant.and_then(|it| it.settings.client_secret_file.clone());
        let variable = tenant.and_then(|it| it.secret_variable.clone());
        SecretFiles {
            of_variable: of_tenant.or_else(|| self.environment.client_secret_file.clone()),
            of_file: self.file.client_secret_file.clone(),
            variable,
        }
    }

    /// All layers with the defaults, and that of a tenant.
    fn merged(
        self,
        tenant: Option<&Tenant>,
        environment: &Environment,
    ) -> Result<Settings, ConfigError> {
        let tenant = tenant.map(|it| it.settings.clone().typed());
        let upper = self.typed.or(tenant.unwrap_or_default());
        let lower = self.environment.or(self.file).or(self.azure);
        store::with_path(upper.or(lower).or(defaults()?), environment)
    }
}

/// Resolves the layers, the highest first: command line, a tenant of a file of tenants, environment,
/// file, Azure's own variables, defaults.
///
/// Relative paths are resolved against `working_directory`; in the file, those of credentials,
/// certificates and the store are resolved against the folder of that file. If the working
/// directory is the empty path, paths stay as given. `started` fills in `{date}` and `{time}`: the
/// folder of a nightly run is named after the local date of that night.
pub fn resolve(
    typed: Settings,
    tenant: Option<&Tenant>,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Resolved, ConfigError> {
    let layers = Layers::read(typed, environment, working_directory)?;
    let secret_files = layers.secret_files(tenant);
    let named = secret_files.paths();
    let path = layers.path.clone();
    let typed_out = layers.typed.out.clone();
    let typed_upload = layers.typed.upload.clone();
    let settings = layers.merged(tenant, environment)?;
    let kind = required(settings.credential, "credential")?;
    let found = client_secret(kind, secret_files, environment)?;
    let mut warnings = environment.warnings();
    warnings.extend(environment.zone_warning(started));
    warnings.extend(found.warning.clone());
    let surroundings = Surroundings {
        environment,
        working_directory,
        started,
        tenant,
        typed_out: typed_out.as_ref(),
        typed_upload: typed_upload.as_ref(),
    };
    Ok(Resolved {
        config: config(settings, found, surroundings)?,
        warnings,
        file: path,
        secret_files: named,
    })
}

/// The file of tenants that the layers name, if they name one.
pub fn read_tenants(
    typed: &Settings,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Option<Tenants>, ConfigError> {
    let chosen = typed.tenant.clone().map(String::from);
    let layers = Layers::read(typed.clone(), environment, working_directory)?;
    let settings = layers.merged(None, environment)?;
    let Some(path) = settings.tenants.clone() else {
        return chosen.map_or(Ok(None), |it| Err(ConfigError::TenantWithoutFile(it)));
    };
    let out = required(settings.out.clone(), "out")?
        .of_each()
        .above_tenants();
    if out.is_dated() {
        environment.demand_zone(started, &format!("--out {}", out.as_str()))?;
    }
    let upload = settings.upload.as_ref().map(UploadPlace::url);
    Ok(Some(Tenants {
        list: tenants::read(&path)?,
        path,
        parallel: required(settings.parallel, "parallel")?.get() as usize,
        overview: working_directory.join(out.at(started)),
        upload: upload.map(|it| it.of_each().above_tenants().at(started)),
        state: required(settings.state, "state")?,
    }))
}

/// Resolves the command line on top of the defaults only: no file and no variable changes the
/// output of a demonstration, and it does not touch the user's store. Only `NO_COLOR` is respected, and
/// where a notification goes if one was asked for.
pub fn resolve_typed(
    typed: Settings,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Config, ConfigError> {
    refuse_typed(&typed)?;
    let mut bare = environment.only(&["NO_COLOR", "TZ"]);
    let mut typed = typed.typed();
    if typed.notify_on.is_some() {
        bare = environment.only(&["NO_COLOR", "TZ", NOTIFY_URL, SMTP_URL]);
        typed.notify_url_file = environment.path(&variable("notify_url_file"))?;
        typed.smtp_url_file = environment.path(&variable("smtp_url_file"))?;
    }
    let settings = typed.relative_to(working_directory).or(defaults()?);
    let surroundings = Surroundings {
        environment: &bare,
        working_directory,
        started,
        tenant: None,
        typed_out: None,
        typed_upload: None,
    };
    config(settings, FoundSecret::default(), surroundings)
}

fn config(
    settings: Settings,
    found: FoundSecret,
    surroundings: Surroundings<'_>,
) -> Result<Config, ConfigError> {
    let endpoints = required(settings.cloud, "cloud")?.endpoints();
    let authority = match settings.authority_url.clone() {
        Some(url) => url,
        None => endpoints
            .authority
            .parse()
            .map_err(|_| ConfigError::NoDefault("authority_url"))?,
    };
    let resolved = ResolvedSignIn {
        kind: required(settings.credential, "credential")?,
        authority_url: authority.into(),
        scope: settings
            .scope
            .clone()
            .map_or_else(|| endpoints.scope.to_owned(), Into::into),
        secret: found.secret,
    };
    let mut sign_in = sign_in(resolved, &settings, surroundings.environment)?;
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
const RECHECK: [u32; 2] = [7, 2];

fn source(settings: &Settings) -> Result<SourceSettings, ConfigError> {
    let [recheck_kept, recheck_inferred] =
        RECHECK.map(|share| settings.recheck.unwrap_or(Percent::whole(share)));
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
    let api_url = match settings.api_url.clone() {
        Some(url) => url,
        None => api.parse().map_err(|_| ConfigError::NoDefault("api_url"))?,
    };
    let concurrency = required(settings.concurrency, "concurrency")?.get();
    Ok(Service {
        api_url: Url::from(api_url),
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
    let url = match settings.graph_url.clone() {
        Some(url) => url,
        None => default
            .parse()
            .map_err(|_| ConfigError::NoDefault("graph_url"))?,
    };
    let url = Url::from(url);
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
        url,
    })
}

/// When the run stops sending requests. A local time requires a known time zone.
fn until(
    settings: &Settings,
    surroundings: Surroundings<'_>,
) -> Result<Option<Timestamp>, ConfigError> {
    let local = settings.until.as_ref().filter(|until| until.is_local());
    if let (Some(until), false) = (local, required(settings.offline, "offline")?) {
        surroundings.demand_zone(&format!("--until {until}"))?;
    }
    stop(settings, surroundings.started)
}

/// Where the reports are uploaded to.
fn upload(
    settings: &Settings,
    surroundings: Surroundings<'_>,
) -> Result<Option<Place>, ConfigError> {
    let Some(merged) = settings.upload.as_ref().map(UploadPlace::url) else {
        return Ok(None);
    };
    if merged.is_dated() {
        surroundings.demand_zone("--upload")?;
    }
    let Surroundings {
        tenant,
        typed_upload,
        ..
    } = surroundings;
    let is_typed = typed_upload.is_some();
    Ok(Some(tenants::upload(
        is_typed,
        tenant,
        merged,
        surroundings.started,
    )))
}

fn reports(settings: &Settings, surroundings: Surroundings<'_>) -> Result<Reports, ConfigError> {
    let merged = required(settings.out.as_ref(), "out")?;
    if merged.is_dated() {
        surroundings.demand_zone(&format!("--out {}", merged.as_str()))?;
    }
    let Surroundings {
        tenant, typed_out, ..
    } = surroundings;
    let out = out(typed_out, tenant, merged, surroundings.started);
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
