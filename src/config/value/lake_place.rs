//! The place of a lake.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{InvalidValue, Text};

/// What the value is, in messages.
const KIND: &str = "place of a lake";

/// The place of a lake: a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakePlace(PathBuf);

impl LakePlace {
    /// The folder.
    pub(in crate::config) fn path(&self) -> &Path {
        &self.0
    }

    /// The place, resolved against `folder`.
    pub(in crate::config) fn relative_to(self, folder: &Path) -> Self {
        Self(folder.join(self.0))
    }
}

impl FromStr for LakePlace {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = String::from(text.parse::<Text>()?);
        if text.contains("://") {
            return Err(InvalidValue::new(&text, KIND, "a folder, not a URL"));
        }
        if !cfg!(feature = "parquet") {
            let wanted = "none: this build has no parquet";
            return Err(InvalidValue::new(&text, KIND, wanted));
        }
        Ok(Self(text.into()))
    }
}

impl From<LakePlace> for PathBuf {
    fn from(place: LakePlace) -> Self {
        place.0
    }
}
