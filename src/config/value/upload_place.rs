//! The place that reports are uploaded to.

use std::str::FromStr;

use super::{InvalidValue, Text, place::PlaceUrl};

/// The place that reports are uploaded to: a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPlace(PlaceUrl);

impl UploadPlace {
    /// The URL.
    pub(in crate::config) const fn url(&self) -> &PlaceUrl {
        &self.0
    }
}

impl FromStr for UploadPlace {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = String::from(text.parse::<Text>()?);
        PlaceUrl::parse(&text).map(Self)
    }
}
