//! A tenant of an overview.

use std::path::{Component, Path};

use super::digest::RunDigest;
use crate::{
    domain::{
        ending::RunOutcome,
        exit_code::ExitCode,
        text::{counted, share, thousands},
        words::words,
    },
    report::view::facts::PAGE_FILE,
};

words! {
    /// How a tenant's run ended.
    pub enum TenantStatus {
        /// Every machine has an answer, or coverage reached `--min-coverage`.
        Complete = "complete",
        /// Not enough machines have an answer.
        Partial = "partial",
        /// The sign-in or the service refused the whole run.
        Refused = "refused",
        /// Nothing could be reported.
        Failed = "failed",
        /// The run was interrupted, or not begun because of an interruption.
        Interrupted = "interrupted",
    }
}

/// A tenant of an overview.
#[derive(Debug, Clone)]
pub struct TenantRow {
    /// Its name.
    pub name: String,
    /// Its id, as configured.
    pub tenant_id: String,
    /// The exit code that its run alone would have had.
    pub exit_code: ExitCode,
    /// The summary of its run, if its reports are written.
    pub digest: Option<RunDigest>,
    /// Why it ended early, as in the error.
    pub error: Option<String>,
    /// What to do about that.
    pub hint: Option<String>,
}

impl TenantRow {
    /// How the run ended.
    pub fn status(&self) -> TenantStatus {
        let outcome = self.digest.as_ref().map(|it| it.outcome);
        match (self.exit_code, outcome) {
            (ExitCode::Refused, _) => TenantStatus::Refused,
            (ExitCode::Interrupted, _) => TenantStatus::Interrupted,
            (ExitCode::Complete, _) | (ExitCode::Partial, Some(RunOutcome::Complete)) => {
                TenantStatus::Complete
            }
            (ExitCode::Partial, Some(_)) => TenantStatus::Partial,
            _ => TenantStatus::Failed,
        }
    }

    /// Whether the run has reports, but has not requested everything it had to.
    pub fn is_unfinished(&self) -> bool {
        self.digest.as_ref().is_some_and(|it| !it.is_finished)
    }

    /// The remark about a run that is not complete or needs attention; empty for others.
    pub fn message(&self) -> String {
        if let Some(error) = &self.error {
            return error.clone();
        }
        match &self.digest {
            Some(digest) if digest.outcome != RunOutcome::Complete => answered(digest),
            Some(digest) if !digest.is_finished => ended_early(digest),
            Some(digest) if digest.is_alarming => "known exploited gaps are open".to_owned(),
            _ => String::new(),
        }
    }

    /// The share of the machines to be requested that answered.
    pub(super) fn coverage(&self) -> String {
        let digest = self.digest.as_ref();
        digest.map_or_else(String::new, |it| share(it.answered, it.requested()))
    }

    /// The relative address of the tenant's page, for a page in this folder; `None` if there is no
    /// page, or no relative path to it.
    pub(super) fn page(&self, folder: &Path) -> Option<String> {
        let digest = self.digest.as_ref().filter(|it| it.has_page)?;
        let below = Path::new(&digest.folder).strip_prefix(folder).ok()?;
        let parts = below.components().map(|part| match part {
            Component::Normal(part) => Some(encoded(part.to_str()?)),
            _ => None,
        });
        let mut parts = parts.collect::<Option<Vec<String>>>()?;
        parts.push(PAGE_FILE.to_owned());
        Some(parts.join("/"))
    }
}

/// How many machines answered, as text.
fn answered(digest: &RunDigest) -> String {
    let machines = counted(digest.requested(), "machine", "machines");
    format!("{} of {machines} answered", thousands(digest.answered))
}

/// The remark about a run that ended early but has enough answers.
fn ended_early(digest: &RunDigest) -> String {
    let answers = if digest.answered < digest.requested() {
        answered(digest)
    } else {
        "some answers are from earlier runs".to_owned()
    };
    let also = if digest.is_alarming {
        "; known exploited gaps are open"
    } else {
        ""
    };
    format!("ended early: {answers}{also}")
}

/// A part of a path in a link.
fn encoded(part: &str) -> String {
    let bytes = part.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}
