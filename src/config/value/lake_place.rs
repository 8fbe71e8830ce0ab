//! The place of a lake.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{
    InvalidValue, Text,
    place::{Place, PlaceUrl, StoreUrl},
};

/// The kind of value in messages.
const VALUE_KIND: &str = "place of a lake";

/// The place of a lake: a folder, or a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LakePlace {
    /// A folder.
    Folder(PathBuf),
    /// In an object store.
    Store(StoreUrl),
}

impl LakePlace {
    /// The folder, if it is one.
    pub(in crate::config) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Store(_) => None,
        }
    }

    /// The place, resolved against `folder`.
    pub(in crate::config) fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::Folder(path) => Self::Folder(folder.join(path)),
            store @ Self::Store(_) => store,
        }
    }
}

impl FromStr for LakePlace {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = String::from(text.parse::<Text>()?);
        if !cfg!(feature = "parquet") {
            let wanted = "none: this build has no parquet";
            return Err(InvalidValue::new(&text, VALUE_KIND, wanted));
        }
        if !text.contains("://") {
            return Ok(Self::Folder(text.into()));
        }
        let url: PlaceUrl = text.parse()?;
        if url.is_dated() || url.is_of_tenant() {
            let wanted =
                "no placeholders: its folders are those of tenants and dates by themselves";
            return Err(InvalidValue::new(&text, VALUE_KIND, wanted));
        }
        Ok(match url {
            PlaceUrl::Folder(folder) => Self::Folder(folder.as_str().into()),
            PlaceUrl::Store(url) => Self::Store(url),
        })
    }
}

impl From<LakePlace> for Place {
    fn from(place: LakePlace) -> Self {
        match place {
            LakePlace::Folder(folder) => Self::Folder(folder),
            LakePlace::Store(url) => Self::Store(url),
        }
    }
}
