//! What all commands share: environment, configuration and logging.

use std::path::{Path, PathBuf};

use jiff::ZonedDateTime;
use tracing::warn;

use super::{
    error::AppError,
    logging::{self, LogFile},
};
use crate::{
    config::{
        ColorMode, Config, ConfigError, Console, Environment, LogFormat, Resolved, Settings,
        StoreSettings, Tenant, Tenants, read_tenants, resolve, resolve_typed,
    },
    progress::Bar,
    store::writable_by_others,
};

/// The environment of the process, apart from its arguments.
pub struct Surroundings {
    /// The environment variables.
    pub environment: Environment,
    /// The base of relative paths.
    pub working_directory: PathBuf,
    /// When the process started, by the wall clock.
    pub started: ZonedDateTime,
}

/// What all commands share.
pub(super) struct Context {
    pub(super) surroundings: Surroundings,
    pub(super) bar: Bar,
    pub(super) log_format: LogFormat,
}

impl Context {
    pub(super) fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            bar: Bar::default(),
            log_format: LogFormat::Text,
        }
    }

    /// The configuration from all layers; with a file of tenants, that of the chosen tenant. Starts
    /// logging as configured.
    pub(super) fn resolve(&mut self, typed: &Settings) -> Result<Resolved, AppError> {
        let Some(tenants) = self.tenants(typed)? else {
            return self.resolve_for(typed, None);
        };
        let Some(name) = typed.tenant.clone() else {
            self.start_logging_errors(typed);
            return Err(AppError::ChooseTenant(tenants.names()));
        };
        let tenant = tenants
            .named(&String::from(name))
            .inspect_err(|_| self.start_logging_errors(typed))?;
        self.resolve_for(typed, Some(tenant))
    }

    /// The file of tenants, if there is one.
    pub(super) fn tenants(&mut self, typed: &Settings) -> Result<Option<Tenants>, AppError> {
        let Surroundings {
            environment,
            working_directory,
            started,
        } = &self.surroundings;
        let tenants = read_tenants(typed, environment, working_directory, started)
            .inspect_err(|_| self.start_logging_errors(typed))?;
        if tenants.is_some() && typed.tenant_id.is_some() {
            self.start_logging_errors(typed);
            return Err(AppError::TenantIdForAll);
        }
        Ok(tenants)
    }

    /// The configuration of one of several tenants. Logs nothing.
    pub(super) fn resolve_one_of_many(
        &self,
        typed: Settings,
        tenant: &Tenant,
    ) -> Result<Resolved, ConfigError> {
        let Surroundings {
            environment,
            working_directory,
            started,
        } = &self.surroundings;
        resolve(typed, Some(tenant), environment, working_directory, started)
    }

    /// The configuration with the layer of a tenant, if there is one. Starts logging as configured.
    pub(super) fn resolve_for(
        &mut self,
        typed: &Settings,
        tenant: Option<&Tenant>,
    ) -> Result<Resolved, AppError> {
        let Surroundings {
            environment,
            working_directory,
            started,
        } = &self.surroundings;
        let resolved = resolve(
            typed.clone(),
            tenant,
            environment,
            working_directory,
            started,
        )
        .inspect_err(|_| self.start_logging_errors(typed))?;
        let log_file = resolved.config.log_file.as_deref();
        self.start_logging(resolved.config.console, log_file)?;
        for warning in &resolved.warnings {
            warn!("{warning}");
        }
        Ok(resolved)
    }

    /// The configuration from the flags alone. Starts logging as configured.
    pub(super) fn resolve_typed(&mut self, typed: Settings) -> Result<Config, AppError> {
        let Surroundings {
            environment,
            working_directory,
            started,
        } = &self.surroundings;
        let config = resolve_typed(typed, environment, working_directory, started)?;
        self.start_logging(config.console, None)?;
        Ok(config)
    }

    /// Starts logging for an error in the configuration itself, so that it is a log line if JSON
    /// was requested.
    fn start_logging_errors(&mut self, typed: &Settings) {
        let log_format = typed.log_format;
        let log_format = log_format.or_else(|| self.surroundings.environment.log_format());
        let console = Console {
            log_format: log_format.unwrap_or(LogFormat::Text),
            verbose: 0,
            quiet: false,
            color: ColorMode::Auto,
        };
        // Without a file there is nothing that could fail.
        let _ = self.start_logging(console, None);
    }

    fn start_logging(&mut self, console: Console, file: Option<&Path>) -> Result<(), AppError> {
        self.log_format = console.log_format;
        let zone = self.surroundings.started.time_zone();
        let opened = file.map(LogFile::open).transpose().map_err(|source| {
            let path = file.unwrap_or(Path::new("")).display().to_string();
            AppError::Write { path, source }
        });
        // If it cannot be opened, the error is still logged to standard error.
        let (file, problem) = match opened {
            Ok(file) => (file, Ok(())),
            Err(problem) => (None, Err(problem)),
        };
        logging::start(console, file, &self.bar, zone);
        problem
    }
}

/// The path of the store, which is required except in a demonstration. Warns if other users can
/// write to it.
pub(super) fn state(store: &StoreSettings) -> Result<&Path, AppError> {
    let path = store.path.as_deref();
    let path = path.ok_or(AppError::Config(ConfigError::NoStateFolder))?;
    if let Some(warning) = writable_by_others(path) {
        warn!("{warning}");
    }
    Ok(path)
}
