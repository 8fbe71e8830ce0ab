//! The wiring: one file for each command. Only this room knows all the others.

mod check;
mod console;
mod demo;
mod diff;
mod error;
mod json_lines;
mod logging;
mod offline;
mod report;
mod runs;
mod simulate;
mod watched;

use std::{io, path::PathBuf};

use jiff::ZonedDateTime;
use tokio::runtime::{Builder, Runtime};
use tracing::warn;

pub use self::{console::show, error::AppError};
use crate::{
    cli::{Cli, Command},
    config::{
        ColorMode, Config, Console, Environment, LogFormat, Resolved, Settings, resolve,
        resolve_typed,
    },
    domain::exit_code::ExitCode,
    progress::Bar,
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

/// Runs a command to its end, and says why where it ends early.
pub fn run(cli: Cli, surroundings: Surroundings) -> ExitCode {
    let mut app = App {
        surroundings,
        bar: Bar::default(),
        log_format: LogFormat::Text,
    };
    app.command(cli.command)
        .unwrap_or_else(|problem| console::complain(&problem, app.log_format))
}

/// What all commands share.
struct App {
    surroundings: Surroundings,
    bar: Bar,
    log_format: LogFormat,
}

impl App {
    fn command(&mut self, command: Command) -> Result<ExitCode, AppError> {
        let runtime = runtime(&command).map_err(AppError::Start)?;
        runtime.block_on(async {
            match command {
                Command::Report(report) => self.report(*report).await,
                Command::Demo(demo) => self.demo(demo).await,
                Command::Simulate(simulate) => self.simulate(*simulate).await,
                Command::Check(settings) => self.check(*settings).await,
                Command::Runs(runs) => self.runs(runs),
                Command::Diff(diff) => self.diff(diff),
            }
        })
    }

    /// The configuration from every layer; logging starts with it.
    fn resolve(&mut self, typed: Settings) -> Result<Resolved, AppError> {
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
    fn resolve_typed(&mut self, typed: Settings) -> Result<Config, AppError> {
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

/// What serves a simulated tenant may use every core. Whoever asks uses one: a call, its reply
/// and what is made of it then wake no other thread, which costs more than they do themselves.
/// Where others help with the asking, each has a runtime of its own.
fn runtime(command: &Command) -> io::Result<Runtime> {
    match command {
        Command::Demo(_) | Command::Simulate(_) => Runtime::new(),
        Command::Report(_) | Command::Check(_) | Command::Runs(_) | Command::Diff(_) => {
            Builder::new_current_thread().enable_all().build()
        }
    }
}
