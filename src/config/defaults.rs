//! The defaults: the file that documents every key is the lowest layer, too.

use std::path::Path;

use super::{ConfigError, Settings, file};

/// Every key, its default, one comment each.
pub(super) const TEXT: &str = include_str!("../../config/patchgap.toml");

/// The values of all keys that are not set anywhere else.
pub(super) fn defaults() -> Result<Settings, ConfigError> {
    file::parse(TEXT, Path::new("embedded defaults"))
}

/// A value that is always set, at least by the defaults.
pub(super) fn required<T>(value: Option<T>, key: &'static str) -> Result<T, ConfigError> {
    value.ok_or(ConfigError::NoDefault(key))
}
