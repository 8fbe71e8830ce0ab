//! Errors about the lake and the place that reports are uploaded to.

use thiserror::Error;

use crate::{domain::exit_code::ExitCode, places::PlaceError, report::lake::LakeError};

/// Why the reports cannot be delivered.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// Nothing can be added to the lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The folder or store of the lake cannot be used.
    #[error("cannot use the lake")]
    NoLake(#[source] PlaceError),
    /// The run could not be added to the lake.
    #[error("the reports are written, but not added to the lake")]
    NotInLake(#[source] Box<Self>),
    /// The process was interrupted while the run was added to the lake.
    #[error("the reports are written, but interrupted before the lake {0} had all tables")]
    NotAdded(String),
    /// Nothing can be uploaded; nothing was requested.
    #[error("cannot upload the reports")]
    Upload(#[source] PlaceError),
    /// The reports could not be uploaded.
    #[error("the reports are written, but not uploaded")]
    NotUploaded(#[source] PlaceError),
}

impl DeliveryError {
    /// The exit code for this error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Upload(error) | Self::NoLake(error) => error.exit_code(),
            Self::NotUploaded(PlaceError::Interrupted { .. }) | Self::NotAdded(_) => {
                ExitCode::Interrupted
            }
            Self::Lake(_) | Self::NotInLake(_) | Self::NotUploaded(_) => ExitCode::Output,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Upload(error) | Self::NoLake(error) => error.hint(),
            Self::NotUploaded(error) => Some(hint_then(
                error.hint(),
                "run the same command again: no answer is requested twice, and all files are uploaded",
            )),
            Self::Lake(error) => Some(error.hint().to_owned()),
            Self::NotInLake(error) => Some(hint_then(
                error.hint(),
                "run the same command again: no answer is requested twice, and what the lake lacks is added",
            )),
            Self::NotAdded(_) => {
                Some("run the same command again, which adds what it lacks".to_owned())
            }
        }
    }
}

/// `then`, preceded by the hint for an error.
pub(in crate::run) fn hint_then(hint: Option<String>, then: &str) -> String {
    match hint {
        Some(hint) => format!("{hint}; then {then}"),
        None => then.to_owned(),
    }
}
