//! Generated from the command line definition: completions and manual pages.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};

use super::Cli;
use crate::{config::words, domain::words::words as define_words};

define_words! {
    /// A shell that completes command lines.
    pub enum Shell {
        /// Bash.
        Bash = "bash",
        /// Fish.
        Fish = "fish",
        /// `PowerShell`.
        PowerShell = "powershell",
        /// Zsh.
        Zsh = "zsh",
    }
}

/// `patchgap completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Shell: bash, fish, powershell, zsh
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    #[arg(value_parser = words::<Shell>(Shell::WORDS))]
    pub shell: Shell,
}

/// `patchgap man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Folder for the pages of all commands, such as patchgap-report.1
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// The command line without hidden arguments that exist only to give a better error.
pub fn visible_command() -> Command {
    visible(&Cli::command())
}

fn visible(command: &Command) -> Command {
    let arguments = command.get_arguments();
    let arguments = arguments.filter(|it| !it.is_hide_set()).cloned();
    let commands = command.get_subcommands().map(visible);
    let mut copy = Command::new(command.get_name().to_owned())
        .args(arguments)
        .subcommands(commands);
    if let Some(about) = command.get_about() {
        copy = copy.about(about.clone());
    }
    match command.get_version() {
        Some(version) => copy.version(version.to_owned()),
        None => copy,
    }
}
