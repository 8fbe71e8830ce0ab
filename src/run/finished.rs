//! How a run ended.

use super::RunError;
use crate::{
    domain::exit_code::ExitCode,
    report::{Notice, overview::RunDigest},
};

/// How a run ended, whether or not its reports are written.
pub(crate) struct Finished {
    /// The run's summary for an overview; `None` if there are no reports.
    pub(crate) digest: Option<RunDigest>,
    /// The run's summary for a notification; `None` if there are no reports.
    pub(crate) notice: Option<Box<Notice>>,
    /// The exit code, or why the run ended early.
    pub(crate) ended: Result<ExitCode, RunError>,
}

impl Finished {
    /// The exit code, also if the run ended early.
    pub(crate) fn exit_code(&self) -> ExitCode {
        self.ended
            .as_ref()
            .map_or_else(RunError::exit_code, |code| *code)
    }

    /// A run that has nothing to report.
    pub(crate) const fn without_reports(code: ExitCode) -> Self {
        Self {
            digest: None,
            notice: None,
            ended: Ok(code),
        }
    }
}

impl<E: Into<RunError>> From<E> for Finished {
    fn from(error: E) -> Self {
        Self {
            digest: None,
            notice: None,
            ended: Err(error.into()),
        }
    }
}
