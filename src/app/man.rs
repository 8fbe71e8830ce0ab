//! `patchgap man`: manual pages, from the same source as the help.

use std::{fs, io, path::Path};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::AppError;
use crate::{
    cli::{self, Cli},
    config::refuse_path,
    console::print,
    domain::exit_code::ExitCode,
    report::output::write_public,
};

pub(super) fn man(command: cli::Man) -> Result<ExitCode, AppError> {
    let root = Cli::command().disable_help_subcommand(true);
    match command.output {
        Some(folder) => write_all(root, &folder)?,
        None => print(&String::from_utf8_lossy(&page(&Man::new(root))))?,
    }
    Ok(ExitCode::Complete)
}

/// Writes a page for each command, named such as `patchgap-report.1`.
fn write_all(mut root: Command, folder: &Path) -> Result<(), AppError> {
    refuse_path("--output", folder)?;
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    // Names the commands.
    root.build();
    let commands = root.get_subcommands().cloned();
    for command in commands.chain([root.clone()]) {
        let man = Man::new(command);
        let path = folder.join(man.get_filename());
        let written = write_public(&path, &page(&man));
        written.map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

fn failed(path: &Path, source: io::Error) -> AppError {
    AppError::Write {
        path: path.display().to_string(),
        source,
    }
}

fn page(man: &Man) -> Vec<u8> {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = man.render(&mut text);
    text
}
