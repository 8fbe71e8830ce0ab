//! The flags of `patchgap demo`.

use std::path::PathBuf;

use clap::{Arg, Args, builder::Resettable};

use super::{Tenant, short};
use crate::config::{InvalidValue, MachineSource, Settings, Whole};

/// The options that `patchgap report` and `patchgap demo` share.
const SHARED_OPTIONS: [&str; 13] = [
    "out",
    "format",
    "title",
    "targets",
    "split_by",
    "rank_by",
    "min_coverage",
    "census",
    "progress",
    "log_format",
    "verbose",
    "quiet",
    "color",
];

/// Shared options that are not in the short help.
const RARE_OPTIONS: [&str; 9] = [
    "software",
    "no_replaced",
    "no_csv_guard",
    "source",
    "recheck",
    "max_missed",
    "changes_from",
    "cross_check",
    "notify_on",
];

/// Shared options about how a notification is sent.
const NOTIFICATION_OPTIONS: [&str; 3] = ["notify_format", "mail_to", "mail_from"];

/// Shared options that select machines of the service's own list.
const LIST_OPTIONS: [&str; 6] = ["os", "group", "tag", "seen_within", "filter", "exclude"];

/// The options that only the demonstration has.
const DEMO_OPTIONS: [&str; 3] = ["machines", "seed", "all_machines"];

/// `patchgap demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The tenant.
    #[command(flatten)]
    pub tenant: Tenant,

    /// Query the machines that the service itself lists, instead of a file
    #[arg(long, help_heading = "Input")]
    pub all_machines: bool,

    /// Every option.
    #[command(flatten)]
    pub settings: Settings,
}

/// The number of simulated tenants.
type Several = Whole<1, 16>;

impl Demo {
    /// The number of tenants, if it is given. Unlike elsewhere, the option is not a file here.
    pub fn take_tenants(&mut self) -> Option<u32> {
        let typed = self.settings.tenants.take()?;
        let count: Several = typed.to_str()?.parse().ok()?;
        Some(count.get())
    }
}

impl From<Demo> for Settings {
    fn from(demo: Demo) -> Self {
        let machines = demo.all_machines.then_some(MachineSource::Service);
        Self {
            machines,
            ..demo.settings
        }
    }
}

/// Parses a number of tenants into the type of the option, which is a file elsewhere.
fn several(text: &str) -> Result<PathBuf, InvalidValue> {
    text.parse::<Several>().map(|_| PathBuf::from(text))
}

/// Refuses an option that has no effect on the demonstration, and adapts the help of the others.
pub(super) fn only_of_demo(argument: Arg) -> Arg {
    let id = argument.get_id().as_str();
    if id == "min_coverage" {
        return argument
            .default_value("95")
            .help("Answered machines that count as complete, in %")
            .long_help(
                "Answered machines that count as complete, in %\n\n\
                 A few machines of the simulated tenant are gone, as in every real list.",
            );
    }
    if id == "rank_by" {
        return argument.long_help(
            "Order of the KBs everywhere: cve, exposure, machines, risk\n\n\
             For risk, simulated feeds of CVEs are fetched first, as with `patchgap feeds`.",
        );
    }
    if id == "tenants" {
        // `--tenant-id` is refused here anyway, and completions leave refused options out.
        return argument
            .conflicts_with(Resettable::Reset)
            .value_name("N")
            .value_parser(several)
            .hide_short_help(true)
            .help("Simulate N tenants side by side, the last of them without consent")
            .long_help(
                "Simulate N tenants side by side, the last of them without consent\n\n\
                 Writes the reports of each in a folder of its own, and an overview of all.",
            );
    }
    if NOTIFICATION_OPTIONS.contains(&id) {
        return argument.requires("notify_on").hide_short_help(true);
    }
    if LIST_OPTIONS.contains(&id) {
        return argument.requires("all_machines").hide_short_help(true);
    }
    if RARE_OPTIONS.contains(&id) {
        return argument.hide_short_help(true);
    }
    if SHARED_OPTIONS.contains(&id) || DEMO_OPTIONS.contains(&id) {
        return argument;
    }
    short::refused(argument)
}
