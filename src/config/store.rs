//! Where answers are stored, and which of them are reused.

use std::time::Duration;

use super::{ConfigError, Environment, Settings, StoreSettings, defaults::required};
use crate::store::Reuse;

/// The name of the file when no path is given.
const FILE_NAME: &str = "patchgap.sqlite";

/// How long a run that ended early can be resumed if no maximum age of answers is set. It is less
/// than a day, so that the next night's run is a new one.
const RESUMABLE_FOR: Duration = Duration::from_hours(12);

/// Sets the platform's default path for the store if no other is set.
pub(super) fn with_path(
    settings: Settings,
    environment: &Environment,
) -> Result<Settings, ConfigError> {
    let path = settings
        .state
        .or_else(|| environment.folders().state_file(FILE_NAME))
        .ok_or(ConfigError::NoStateFolder)?;
    Ok(Settings {
        state: Some(path),
        ..settings
    })
}

/// The settings of the store.
pub(super) fn store(settings: &Settings) -> Result<StoreSettings, ConfigError> {
    Ok(StoreSettings {
        path: settings.state.clone(),
        keep_runs: required(settings.keep_runs, "keep_runs")?.get(),
        reuse: reuse(settings)?,
        forget_limits: settings.forget_limits.unwrap_or_default(),
    })
}

/// Which answers are reused. `fresh` is ignored offline, where stored answers are all there is.
fn reuse(settings: &Settings) -> Result<Reuse, ConfigError> {
    let fresh = required(settings.fresh, "fresh")? && !required(settings.offline, "offline")?;
    Ok(match settings.max_age {
        _ if fresh => Reuse::Nothing,
        Some(age) => Reuse::Answers(age.get()),
        None => Reuse::EndedEarly(RESUMABLE_FOR),
    })
}
