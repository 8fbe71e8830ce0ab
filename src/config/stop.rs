//! When a run stops sending requests.

use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::{ConfigError, Settings, Until, defaults::required};

/// The time at which a run stops sending requests: when the budget is spent or `until` is reached,
/// whichever is first. Without requests there is no deadline, so a time in the past is not an
/// error.
pub(super) fn stop(
    settings: &Settings,
    started: &ZonedDateTime,
) -> Result<Option<Timestamp>, ConfigError> {
    if required(settings.offline, "offline")? {
        return Ok(None);
    }
    let spent = settings
        .budget
        .and_then(|budget| SignedDuration::try_from(budget.get()).ok())
        .and_then(|budget| started.timestamp().checked_add(budget).ok());
    let reached = settings
        .until
        .as_ref()
        .map(|until| still_to_come(until, started))
        .transpose()?;
    Ok([spent, reached].into_iter().flatten().min())
}

fn still_to_come(until: &Until, started: &ZonedDateTime) -> Result<Timestamp, ConfigError> {
    until.at(started).ok_or_else(|| ConfigError::Passed {
        until: until.to_string(),
        now: started.clone(),
    })
}
