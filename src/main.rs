//! The `patchgap` command: parse, gather the surroundings, run, exit code.

use std::{env, path::PathBuf, process::ExitCode};

use clap::Parser;
use jiff::ZonedDateTime;
use patchgap::{
    app::{self, Surroundings},
    cli::Cli,
    config::{Environment, platform_folder},
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let surroundings = Surroundings {
        environment: Environment::new(env::vars_os(), platform_folder()),
        // Empty: paths stay as they were typed, and messages short.
        working_directory: PathBuf::new(),
        started: ZonedDateTime::now(),
    };
    app::run(cli, surroundings).into()
}
