//! Errors about the policy of a run.

use thiserror::Error;

use crate::policy::ExceptionsError;

/// A policy that cannot be read or applied.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// The accepted risks cannot be read.
    #[error(transparent)]
    Exceptions(#[from] ExceptionsError),
    /// `--fail-on known-exploited` is given, but the catalogue of exploited CVEs is missing.
    #[error("--fail-on known-exploited needs CISA's catalogue (KEV), and there is none")]
    NoCatalogue,
}

impl PolicyError {
    /// How to fix it.
    pub fn hint(&self) -> String {
        match self {
            Self::Exceptions(error) => error.hint(),
            Self::NoCatalogue => {
                "name a folder that has it with --feeds DIR, or leave the option out".to_owned()
            }
        }
    }
}
