//! The layers together: precedence, refusals, and the sign-in settings.

mod defaults;
mod notification;
mod precedence;
mod refusals;
mod sign_in;
mod store;
mod surroundings;
mod tenants;

use std::{error::Error, ffi::OsString, fs, path::PathBuf};

use clap::Parser;
use jiff::{ZonedDateTime, civil, tz::TimeZone};
use tempfile::TempDir;

use super::{
    Config, ConfigError, Environment, Folders, MachineSource, Resolved, Settings, resolve,
};
use crate::cli::{Cli, Command};

/// A working directory with its surroundings.
struct Scene {
    folder: TempDir,
    flags: Vec<String>,
    variables: Vec<(OsString, OsString)>,
}

impl Scene {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            flags: Vec::new(),
            variables: Vec::new(),
        }
    }

    fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Writes a file, relative to the working directory.
    fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes the configuration file of the working directory.
    fn toml(self, text: &str) -> Self {
        self.file("patchgap.toml", text)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    fn environment(&self) -> Environment {
        self.environment_with(Folders {
            data: None,
            config: Some(self.folder.path().join("platform")),
            state: Some(self.folder.path().join("state")),
        })
    }

    fn environment_with(&self, folders: Folders) -> Environment {
        Environment::new(self.variables.clone(), folders)
    }

    fn typed(&self) -> Settings {
        typed(self.flags.iter().map(String::as_str)).unwrap()
    }

    fn resolve(&self) -> Result<Resolved, ConfigError> {
        self.resolve_in(&self.environment())
    }

    fn resolve_in(&self, environment: &Environment) -> Result<Resolved, ConfigError> {
        resolve(self.typed(), None, environment, &self.path(""), &started())
    }

    fn config(&self) -> Config {
        self.resolve().unwrap().config
    }

    fn refusal(&self) -> ConfigError {
        self.resolve().unwrap_err()
    }

    /// The error message, with paths relative to the working directory.
    fn message(&self) -> String {
        let error = self.refusal();
        let mut message = error.to_string();
        if let Some(source) = error.source() {
            message = format!("{message}: {source}");
        }
        message.replace(&self.path("").display().to_string(), "")
    }
}

/// The settings from these flags of `report`.
fn typed<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Settings, clap::Error> {
    let line = ["patchgap", "report", "machines.csv"];
    match Cli::try_parse_from(line.into_iter().chain(flags))?.command {
        Command::Report(report) => Ok(report.settings),
        other => panic!("{other:?}"),
    }
}

fn started() -> ZonedDateTime {
    civil::datetime(2026, 11, 23, 13, 5, 42, 0)
        .to_zoned_datetime(TimeZone::UTC)
        .unwrap()
}
