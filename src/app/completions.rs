//! `patchgap completions`: a script for the shell that completes patchgap's command lines.

use clap::Command;
use clap_complete::{Shell, generate};

use super::AppError;
use crate::{
    cli::{self, visible_command},
    console::print,
    domain::exit_code::ExitCode,
};

/// The name of the program, as people type it.
const PROGRAM: &str = "patchgap";

pub(super) fn completions(command: &cli::Completions) -> Result<ExitCode, AppError> {
    print(&script(command.shell, visible_command()))?;
    Ok(ExitCode::Complete)
}

fn script(shell: cli::Shell, mut command: Command) -> String {
    let mut script = Vec::new();
    let shell = match shell {
        cli::Shell::Bash => Shell::Bash,
        cli::Shell::Fish => Shell::Fish,
        cli::Shell::PowerShell => Shell::PowerShell,
        cli::Shell::Zsh => Shell::Zsh,
    };
    generate(shell, &mut command, PROGRAM, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_knows_commands_and_visible_options() {
        for shell in cli::Shell::ALL {
            let script = script(*shell, visible_command());
            // Fish writes options without the dashes.
            for known in ["feeds", "rate-limit", "kev-url", "completions"] {
                assert!(script.contains(known), "{shell}: {known}");
            }
            assert!(!script.contains("client-secret"), "{shell}");
        }
    }

    #[test]
    fn refused_options_are_not_completed() {
        let command = visible_command();
        let options = |name: &str| -> Vec<String> {
            let command = command.find_subcommand(name).unwrap();
            let options = command.get_arguments().filter_map(|it| it.get_long());
            options.map(str::to_owned).collect()
        };
        assert!(options("report").contains(&"rate-limit".to_owned()));
        for name in ["machines", "demo"] {
            assert!(!options(name).contains(&"rate-limit".to_owned()), "{name}");
        }
    }
}
