//! Placeholders that are only valid for several tenants.

use crate::config::{Config, ConfigError};

/// Checks that `--out` and `--upload` do not contain `{tenant}` in a run for one tenant.
pub(super) fn check_placeholders(config: &Config) -> Result<(), ConfigError> {
    let out = config.reports.out.to_string_lossy().into_owned();
    let upload = config.upload.as_ref().map(ToString::to_string);
    let places = [("--out", Some(out)), ("--upload", upload)];
    let mut places = places
        .into_iter()
        .filter_map(|(option, place)| Some((option, place?)));
    match places.find(|(_, place)| place.contains("{tenant}")) {
        Some((option, place)) if config.tenant.is_none() => {
            Err(ConfigError::NoTenants { option, place })
        }
        _ => Ok(()),
    }
}
