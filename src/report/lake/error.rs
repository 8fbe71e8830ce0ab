//! Errors of a lake.

use thiserror::Error;

use super::{Difference, files::Trouble};

/// Why nothing can be added to a lake.
#[derive(Debug, Error)]
pub enum LakeError {
    /// The place does not exist, or is not writable.
    #[error("cannot write to the lake {lake}")]
    Unwritable {
        /// The place.
        lake: String,
        /// The cause.
        source: Trouble,
    },
    /// An existing folder or file cannot be read.
    #[error("cannot read {path} of the lake")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// The cause.
        source: Trouble,
    },
    /// The columns of an existing file do not match.
    #[error("cannot add to the lake after {file}: {difference}")]
    Columns {
        /// The file.
        file: String,
        /// How they differ.
        difference: Difference,
    },
    /// A table could not be added.
    #[error("cannot add the run to {path} of the lake")]
    Add {
        /// The folder that it belongs to.
        path: String,
        /// The cause.
        source: Trouble,
    },
}

impl LakeError {
    /// The error of the place, if it is the cause.
    pub const fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Unwritable { source, .. }
            | Self::Unreadable { source, .. }
            | Self::Add { source, .. } => Some(source),
            Self::Columns { .. } => None,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> &str {
        let of_place = self.trouble().and_then(Trouble::hint);
        of_place.unwrap_or_else(|| self.usual_hint())
    }

    const fn usual_hint(&self) -> &'static str {
        match self {
            Self::Unwritable { .. } => "choose a folder that you may write to with --lake PLACE",
            Self::Add { .. } => "see that the folder can be written to",
            Self::Unreadable { .. } => {
                "move it out of the lake if it is damaged, or choose another place with --lake PLACE"
            }
            Self::Columns {
                difference: Difference::Has { .. },
                ..
            } => {
                "a newer version of patchgap wrote that file: use that version, or choose another place with \
                 --lake PLACE"
            }
            Self::Columns { .. } => {
                "patchgap never writes such a file: move it out of the lake, or choose another place with --lake \
                 PLACE"
            }
        }
    }
}
