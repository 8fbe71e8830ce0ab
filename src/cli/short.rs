//! Which options a command has: what `-h` lists, which are those that people look for first, and what is refused.
//! `--help` lists all but the refused ones.

use clap::{Arg, builder::UnknownArgumentValueParser};

/// The options of `patchgap report` and `patchgap check` in the short help.
const COMMON_OPTIONS: [&str; 24] = [
    "machines",
    "all_machines",
    "config",
    "column",
    "tenants",
    "tenant_id",
    "client_id",
    "rate_limit",
    "budget",
    "until",
    "fresh",
    "max_age",
    "offline",
    "run",
    "out",
    "format",
    "title",
    "targets",
    "min_coverage",
    "source",
    "dry_run",
    "verbose",
    "quiet",
    "help",
];

/// The options of `patchgap machines` in the short help.
pub(super) const LIST_OPTIONS: [&str; 13] = [
    "output",
    "os",
    "group",
    "tag",
    "seen_within",
    "filter",
    "exclude",
    "config",
    "tenant_id",
    "client_id",
    "verbose",
    "quiet",
    "help",
];

/// Leaves an option out of the short help unless it is a common one.
pub(super) fn common_only(argument: Arg) -> Arg {
    only(&COMMON_OPTIONS, argument)
}

/// Leaves an option out of the short help unless it is one of these.
pub(super) fn only(common: &[&str], argument: Arg) -> Arg {
    let is_common = common.contains(&argument.get_id().as_str());
    argument.hide_short_help(!is_common)
}

/// Refuses an option of `patchgap report` that has no effect on another command.
pub(super) fn refused(argument: Arg) -> Arg {
    let refused = UnknownArgumentValueParser::suggest("this is an option of `patchgap report`");
    argument.hide(true).num_args(0..=1).value_parser(refused)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{super::Cli, *};

    /// Lines and columns of a usual terminal window.
    const LINES: usize = 50;
    const COLUMNS: usize = 100;

    #[test]
    fn short_help_fits_a_screen_with_one_line_per_option() {
        let mut cli = Cli::command();
        cli.build();
        for command in cli.get_subcommands_mut() {
            let help = command
                .clone()
                .term_width(COLUMNS)
                .render_help()
                .to_string();
            let name = command.get_name();
            assert!(help.lines().count() <= LINES, "{name}:\n{help}");
            assert!(help.lines().all(|line| line.len() <= COLUMNS), "{help}");
            let wrapped = help.lines().find(|line| {
                line.starts_with("          ") && !line.trim_start().starts_with("--")
            });
            assert_eq!(wrapped, None, "{name}:\n{help}");
        }
    }

    #[test]
    fn common_options_exist() {
        let cli = Cli::command();
        for (command, common) in [("report", &COMMON_OPTIONS[..]), ("machines", &LIST_OPTIONS)] {
            let command = cli.find_subcommand(command).unwrap();
            let known: Vec<&str> = command
                .get_arguments()
                .map(|it| it.get_id().as_str())
                .collect();
            for name in common.iter().filter(|name| **name != "help") {
                assert!(known.contains(name), "{name}");
            }
        }
    }
}
