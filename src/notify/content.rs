//! The content of a notification: how a run ended, and what its reports show.

use crate::{
    domain::exit_code::ExitCode,
    report::{Notice, Tool},
};

/// The content of a notification.
pub(crate) struct NotificationContent<'run> {
    /// The name of the tenant for headlines, or the number of tenants.
    pub(crate) name: String,
    /// How the process ends.
    pub(crate) exit_code: ExitCode,
    /// Why it ended early; `None` if it did not.
    pub(crate) problem: Option<String>,
    /// What to do about that.
    pub(crate) hint: Option<String>,
    /// Other warnings that need attention.
    pub(crate) warnings: Vec<String>,
    /// The sentence used if there are no reports.
    pub(crate) without_reports: &'static str,
    /// The content of the reports; `None` if there are none.
    pub(crate) notice: Option<&'run Notice>,
}

impl NotificationContent<'_> {
    /// How the run ended, in the word that `tenants.csv` uses.
    pub(super) const fn status(&self) -> &'static str {
        match self.exit_code {
            ExitCode::Complete => "complete",
            ExitCode::Partial => "partial",
            ExitCode::Refused => "refused",
            ExitCode::Interrupted => "interrupted",
            _ => "failed",
        }
    }

    /// Whether the reports were written, and a later step failed.
    pub(super) fn failed_after_reports(&self) -> bool {
        let is_of_one = self.notice.is_some_and(|it| it.tenants.is_none());
        is_of_one && self.status() == "failed"
    }

    /// Whether the run is complete, except that `--fail-on` found gaps.
    pub(super) fn is_alarming(&self) -> bool {
        let outcome = self.notice.and_then(|it| it.outcome);
        self.exit_code == ExitCode::Partial && outcome == Some("complete") && self.problem.is_none()
    }
}

/// This program and its version: `patchgap 0.1.0`.
pub(super) fn tool() -> String {
    format!("{} {}", Tool::THIS.name, Tool::THIS.version)
}
