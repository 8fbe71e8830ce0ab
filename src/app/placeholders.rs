//! Placeholders that only make sense for many tenants.

use crate::config::{Config, ConfigError};

/// Checks that the places of the reports have no place for a tenant's name.
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
