//! Where answers are kept, and which of them are used.

use std::time::Duration;

use super::{ConfigError, Environment, Settings, StoreSettings, defaults::required};
use crate::store::Reuse;

/// What the file is called where it is not named.
const NAME: &str = "patchgap.sqlite";

/// How long a run that ended early can be gone on with where nobody says how old an answer
/// may be: the next night is a new run.
const ENDED_EARLY: Duration = Duration::from_hours(12);

/// The same settings, with the platform's place for the store where no other is named.
pub(super) fn with_place(
    settings: Settings,
    environment: &Environment,
) -> Result<Settings, ConfigError> {
    let place = settings
        .state
        .or_else(|| environment.folders().state_file(NAME))
        .ok_or(ConfigError::NoStateFolder)?;
    Ok(Settings {
        state: Some(place),
        ..settings
    })
}

/// Puts together what the store has to be told.
pub(super) fn store(settings: &Settings) -> Result<StoreSettings, ConfigError> {
    Ok(StoreSettings {
        path: settings.state.clone(),
        keep_runs: required(settings.keep_runs, "keep_runs")?.get(),
        reuse: reuse(settings)?,
    })
}

/// Who asks for nothing has only the kept answers: to start afresh has no meaning there.
fn reuse(settings: &Settings) -> Result<Reuse, ConfigError> {
    let fresh = required(settings.fresh, "fresh")? && !required(settings.offline, "offline")?;
    Ok(match settings.max_age {
        _ if fresh => Reuse::Nothing,
        Some(age) => Reuse::Answers(age.get()),
        None => Reuse::EndedEarly(ENDED_EARLY),
    })
}
