//! What all commands share: environment, configuration and logging.

use std::path::{Path, PathBuf};

use jiff::ZonedDateTime;
use tracing::warn;

use super::{error::AppError, logging};
use crate::{
    config::{
        ColorMode, Config, ConfigError, Console, Environment, LogFormat, Resolved, Settings,
        StoreSettings, resolve, resolve_typed,
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

    /// The configuration from all layers. Starts logging as configured.
    pub(super) fn resolve(&mut self, typed: Settings) -> Result<Resolved, AppError> {
        let Surroundings {
            environment,
            working_directory,
            started,
        } = &self.surroundings;
        let log_format = typed.log_format.or_else(|| environment.log_format());
        let resolved = resolve(typed, environment, working_directory, started)
            .inspect_err(|_| self.start_logging_errors(log_format))?;
        self.start_logging(resolved.config.console);
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
        self.start_logging(config.console);
        Ok(config)
    }

    /// Starts logging for an error in the configuration itself, so that it is a log line if JSON
    /// was requested.
    fn start_logging_errors(&mut self, log_format: Option<LogFormat>) {
        self.start_logging(Console {
            log_format: log_format.unwrap_or(LogFormat::Text),
            verbose: 0,
            quiet: false,
            color: ColorMode::Auto,
        });
    }

    fn start_logging(&mut self, console: Console) {
        self.log_format = console.log_format;
        logging::start(console, &self.bar, self.surroundings.started.time_zone());
    }
}

/// The path of the store, which must be set except in a demonstration. Warns if other users can
/// write to it.
pub(super) fn state(store: &StoreSettings) -> Result<&Path, AppError> {
    let path = store.path.as_deref();
    let path = path.ok_or(AppError::Config(ConfigError::NoStateFolder))?;
    if let Some(doubt) = writable_by_others(path) {
        warn!("{doubt}");
    }
    Ok(path)
}
