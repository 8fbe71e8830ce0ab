//! Where answers are kept, and which of them are used.

use std::time::Duration;

use super::{ConfigError, Environment, Settings, StoreSettings, defaults::required};
use crate::store::Reuse;

/// What the file is called where it is not named.
const NAME: &str = "patchgap.sqlite";

/// How long a run that ended early can be continued where no age of answers is set: the next
/// night is a new run.
const ENDED_EARLY: Duration = Duration::from_hours(12);

/// The same settings, with the platform's path for the store where no other is set.
pub(super) fn with_path(
    settings: Settings,
    environment: &Environment,
) -> Result<Settings, ConfigError> {
    let path = settings
        .state
        .or_else(|| environment.folders().state_file(NAME))
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
    })
}

/// Without requests there are only the kept answers: to start afresh has no meaning there.
fn reuse(settings: &Settings) -> Result<Reuse, ConfigError> {
    let fresh = required(settings.fresh, "fresh")? && !required(settings.offline, "offline")?;
    Ok(match settings.max_age {
        _ if fresh => Reuse::Nothing,
        Some(age) => Reuse::Answers(age.get()),
        None => Reuse::EndedEarly(ENDED_EARLY),
    })
}
