//! Who would be told at the end of a run.

use tracing::warn;

use crate::{
    config::{Config, ConfigError},
    console::LabelledLines,
    notify::who_is_told,
};

/// Who would be told, by the hosts alone; empty if nobody would. Sends nothing.
pub(super) fn notification(config: &Config) -> Result<String, ConfigError> {
    let notification = config.notify.read()?;
    for warning in &notification.warnings {
        warn!("{warning}");
    }
    let mut lines = LabelledLines::default();
    if let Some(told) = who_is_told(&notification) {
        lines.add("notification", &told);
    }
    Ok(lines.into_text())
}
