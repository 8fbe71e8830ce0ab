//! The defaults: the file that documents every key is the lowest layer, too.

use std::path::Path;

use super::{ConfigError, Settings, file};

/// Every key, its default, one comment each.
pub(super) const TEXT: &str = include_str!("../../config/patchgap.toml");

/// What holds where nobody says anything.
pub(super) fn defaults() -> Result<Settings, ConfigError> {
    file::parse(TEXT, Path::new("embedded defaults"))
}

/// A value that at least the defaults have.
pub(super) fn required<T>(value: Option<T>, key: &'static str) -> Result<T, ConfigError> {
    value.ok_or(ConfigError::NoDefault(key))
}
