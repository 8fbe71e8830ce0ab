//! `--fail-on`: what makes a complete run fail.

use tracing::warn;

use crate::{
    aggregate::{Fleet, KnownExploited},
    config::{Config, FailOn},
    domain::{exit_code::ExitCode, text::counted},
};

/// Whether gaps are open that make a complete run fail. Warns of them.
pub(in crate::run) fn is_alarming(config: &Config, fleet: &Fleet) -> bool {
    let alarm = fleet
        .known_exploited
        .filter(|it| config.policy.fail_on == FailOn::KnownExploited && it.open_gaps() > 0);
    if let Some(found) = alarm {
        warn!("{}", text(found));
    }
    alarm.is_some()
}

fn text(found: KnownExploited) -> String {
    let gaps = counted(
        found.open_gaps(),
        "gap that is known to be exploited is",
        "gaps that are known to be exploited are",
    );
    let machines = counted(found.open_machines, "machine", "machines");
    format!("{gaps} open on {machines}: exit code 5 because of --fail-on known-exploited")
}

/// Applies `--fail-on` to an exit code.
pub(in crate::run) const fn alarmed(code: ExitCode, is_alarming: bool) -> ExitCode {
    match code {
        ExitCode::Complete if is_alarming => ExitCode::Partial,
        code => code,
    }
}
