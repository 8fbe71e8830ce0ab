//! The defaults: the lowest layer is the file that documents every key.

use std::{path::Path, str::FromStr};

use super::{ConfigError, Settings, file};

/// Every key with its default and a comment.
pub(super) const TEXT: &str = include_str!("../../config/patchgap.toml");

/// The lowest layer: a value for every key that has a default.
pub(super) fn defaults() -> Result<Settings, ConfigError> {
    file::parse(TEXT, Path::new("embedded defaults"))
}

/// Unwraps a value that is always set, at least by the defaults.
pub(super) fn required<T>(value: Option<T>, key: &'static str) -> Result<T, ConfigError> {
    value.ok_or(ConfigError::NoDefault(key))
}

/// A URL, or the default one of the cloud.
pub(super) fn url_or<T: FromStr>(
    url: Option<T>,
    default: &str,
    key: &'static str,
) -> Result<T, ConfigError> {
    let default = || default.parse().map_err(|_| ConfigError::NoDefault(key));
    url.map_or_else(default, Ok)
}
