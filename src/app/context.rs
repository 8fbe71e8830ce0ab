//! What all commands share: surroundings, configuration, logging.

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
    store::open_to_others,
};

/// What the process was given beside its arguments.
pub struct Surroundings {
    /// The environment's variables.
    pub environment: Environment,
    /// Where relative paths begin.
    pub working_directory: PathBuf,
    /// When the process began, by the clock on the wall.
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

    /// The configuration from every layer; logging starts with it.
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

    /// The configuration from the flags alone.
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

    /// Starts logging for the error that there is no configuration: a collector of JSON
    /// gets it as a log line.
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
        logging::start(console, &self.bar);
    }
}

/// The file in which answers are kept; a warning where others may write to it. Only a demonstration has
/// none of its own.
pub(super) fn state(store: &StoreSettings) -> Result<&Path, AppError> {
    let path = store.path.as_deref();
    let path = path.ok_or(AppError::Config(ConfigError::NoStateFolder))?;
    if let Some(doubt) = open_to_others(path) {
        warn!("{doubt}");
    }
    Ok(path)
}
