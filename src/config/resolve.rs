//! Resolves the layers to one configuration.

use std::{num::NonZeroUsize, path::Path};

use jiff::{Timestamp, ZonedDateTime};
use url::Url;

use super::{
    CaCertificate, ColorMode, Config, ConfigError, Console, Environment, FeedUrls, FeedsFolder,
    Graph, MachineFilters, Percent, PolicySettings, Reports, Resolved, Service, Settings,
    SourceSettings,
    control_characters::refuse_typed,
    defaults::{defaults, required},
    file,
    sign_in::{
        FoundSecret, ResolvedSignIn, SecretFiles, azure_layer, client_secret, graph_sign_in,
        sign_in,
    },
    stop::stop,
    store,
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
}

impl Surroundings<'_> {
    /// Returns an error if the time zone is unknown; `what` depends on it.
    fn demand_zone(&self, what: &str) -> Result<(), ConfigError> {
        self.environment.demand_zone(self.started, what)
    }
}

/// Resolves the layers, the highest first: command line, environment, file, Azure's own variables,
/// defaults.
///
/// Relative paths are resolved against `working_directory`; in the file, those of credentials,
/// certificates and the store are resolved against the folder of that file. If the working
/// directory is the empty path, paths stay as given. `started` fills in `{date}` and `{time}`: the
/// folder of a nightly run is named after the local date of that night.
pub fn resolve(
    typed: Settings,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Resolved, ConfigError> {
    refuse_typed(&typed)?;
    let upper = typed
        .typed()
        .or(environment.layer()?)
        .relative_to(working_directory);
    let (path, file) = file::read(upper.config.as_deref(), environment, working_directory)?
        .map(|file| (file.path, file.settings))
        .unzip();
    let file = file.unwrap_or_default();
    let secret_files = SecretFiles {
        of_variable: upper.client_secret_file.clone(),
        of_file: file.client_secret_file.clone(),
    };
    let named = [&secret_files.of_variable, &secret_files.of_file];
    let named = named.into_iter().flatten().cloned().collect();
    let azure = azure_layer(environment)?.relative_to(working_directory);
    let settings = store::with_path(upper.or(file).or(azure).or(defaults()?), environment)?;
    let kind = required(settings.credential, "credential")?;
    let found = client_secret(kind, secret_files, environment)?;
    let mut warnings = environment.warnings();
    warnings.extend(environment.zone_warning(started));
    warnings.extend(found.warning.clone());
    let surroundings = Surroundings {
        environment,
        working_directory,
        started,
    };
    Ok(Resolved {
        config: config(settings, found, surroundings)?,
        warnings,
        file: path,
        secret_files: named,
    })
}

/// Resolves the command line on top of the defaults only: no file and no variable changes the
/// output of a demonstration, and it does not touch the user's store. Only `NO_COLOR` is respected.
pub fn resolve_typed(
    typed: Settings,
    environment: &Environment,
    working_directory: &Path,
    started: &ZonedDateTime,
) -> Result<Config, ConfigError> {
    refuse_typed(&typed)?;
    let bare = environment.only(&["NO_COLOR", "TZ"]);
    let settings = typed.typed().relative_to(working_directory).or(defaults()?);
    let surroundings = Surroundings {
        environment: &bare,
        working_directory,
        started,
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
    let sign_in = sign_in(resolved, &settings, surroundings.environment)?;
    Ok(Config {
        filters: filters(&settings)?,
        machines: settings.machines.clone(),
        graph: graph(
            &settings,
            endpoints.graph,
            &sign_in,
            surroundings.environment,
        )?,
        sign_in,
        service: service(&settings, endpoints.api)?,
        reports: reports(&settings, surroundings)?,
        feeds: feeds(&settings, surroundings.environment),
        feed_urls: feed_urls(&settings)?,
        policy: policy(&settings)?,
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
    environment: &Environment,
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
        sign_in: graph_sign_in(sign_in, scope, environment)?,
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

fn reports(settings: &Settings, surroundings: Surroundings<'_>) -> Result<Reports, ConfigError> {
    let out = required(settings.out.as_ref(), "out")?;
    if out.is_dated() {
        surroundings.demand_zone(&format!("--out {}", out.as_str()))?;
    }
    let out = out.at(surroundings.started);
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
