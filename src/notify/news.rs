//! What there is to tell: how a run ended, and what its reports say.

use crate::{
    domain::exit_code::ExitCode,
    report::{Notice, Tool},
};

/// What there is to tell.
pub(crate) struct News<'run> {
    /// The name of the tenant for headlines, or how many tenants there are.
    pub(crate) name: String,
    /// How the process ends.
    pub(crate) exit_code: ExitCode,
    /// Why it ended early, if it did.
    pub(crate) problem: Option<String>,
    /// What to do about that.
    pub(crate) hint: Option<String>,
    /// What somebody has to see to, besides.
    pub(crate) warnings: Vec<String>,
    /// What is said of the reports if there are none.
    pub(crate) without_reports: &'static str,
    /// What the reports say; `None` if there are none.
    pub(crate) notice: Option<&'run Notice>,
}

impl News<'_> {
    /// How the run ended, in the word that `tenants.csv` has for it.
    pub(super) const fn status(&self) -> &'static str {
        match self.exit_code {
            ExitCode::Complete => "complete",
            ExitCode::Partial => "partial",
            ExitCode::Refused => "refused",
            ExitCode::Interrupted => "interrupted",
            _ => "failed",
        }
    }

    /// Whether the reports of a run are written, and what came after them failed.
    pub(super) fn failed_after_reports(&self) -> bool {
        let is_of_one = self.notice.is_some_and(|it| it.tenants.is_none());
        is_of_one && self.status() == "failed"
    }

    /// Whether the run is complete, but for gaps that must not be open.
    pub(super) fn is_alarming(&self) -> bool {
        let outcome = self.notice.and_then(|it| it.outcome);
        self.exit_code == ExitCode::Partial && outcome == Some("complete") && self.problem.is_none()
    }
}

/// This program and its version: `patchgap 0.1.0`.
pub(super) fn tool() -> String {
    format!("{} {}", Tool::THIS.name, Tool::THIS.version)
}
