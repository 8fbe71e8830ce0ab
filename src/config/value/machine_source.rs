//! Where the list of machines comes from.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{InvalidValue, Text};

/// The word for the service's own list.
const SERVICE: &str = "service";

/// Where the list of machines comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineSource {
    /// The service's own list.
    Service,
    /// A file; `-` is standard input.
    File(PathBuf),
}

impl MachineSource {
    /// The source with a file's path resolved against `folder`.
    pub(in crate::config) fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::File(path) if path != Path::new("-") => Self::File(folder.join(path)),
            source => source,
        }
    }
}

impl From<PathBuf> for MachineSource {
    fn from(path: PathBuf) -> Self {
        if path == Path::new(SERVICE) {
            Self::Service
        } else {
            Self::File(path)
        }
    }
}

impl FromStr for MachineSource {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text: Text = text.parse()?;
        Ok(PathBuf::from(String::from(text)).into())
    }
}
