//! The exit codes, which schedulers and scripts rely on.

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Every machine answered and no row was invalid, or the required coverage was reached.
    Complete = 0,
    /// A bug, or the system failed.
    Unexpected = 1,
    /// The command line is invalid; the argument parser reports it.
    Usage = 2,
    /// A problem with configuration, inventory or store, before the first request.
    Configuration = 3,
    /// The whole run was refused: sign-in, permission, licence.
    Refused = 4,
    /// Reports were written, but something has no answer.
    Partial = 5,
    /// The reports could not be written or uploaded, or not be added to the lake.
    Output = 6,
    /// Interrupted: reports of the answers so far were written; a later run resumes.
    Interrupted = 130,
}

impl ExitCode {
    /// What it means, for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Unexpected => "unexpected failure",
            Self::Usage => "usage",
            Self::Configuration => "configuration, list or store: nothing was requested",
            Self::Refused => "refused for the whole run",
            Self::Partial => "partial: some results are missing",
            Self::Output => {
                "the reports could not be written or uploaded, or the lake not be added to"
            }
            Self::Interrupted => "interrupted: reports cover what is known so far",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
