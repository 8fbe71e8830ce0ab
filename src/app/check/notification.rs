//! Who would be notified at the end of a run.

use tracing::warn;

use crate::{
    config::{Config, ConfigError},
    console::LabelledLines,
    notify::destinations,
};

/// The hosts that would be notified; empty if none would. Sends nothing.
pub(super) fn notification(config: &Config) -> Result<String, ConfigError> {
    let notification = config.notify.read()?;
    for warning in &notification.warnings {
        warn!("{warning}");
    }
    let line = |hosts: String| LabelledLines::one("notification", &hosts);
    Ok(destinations(&notification).map_or_else(String::new, line))
}
