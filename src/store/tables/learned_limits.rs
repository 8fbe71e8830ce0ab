//! The limits learned from refusals, for as long as they are remembered.

use std::{num::NonZeroU32, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, Result, params};

use super::{
    calls::{Application, stored_application, whole_millis},
    cells::millis,
};
use crate::{
    domain::api::Api,
    quota::{LEARNED_FOR, RateLimit},
};

/// A limit learned from refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LearnedLimit {
    /// The API whose calls it limits.
    pub api: Api,
    /// The limit.
    pub limit: RateLimit,
}

/// Records a limit, replacing an earlier one with the same window.
pub(crate) fn record(
    connection: &Connection,
    application: i64,
    learned: LearnedLimit,
    now: Timestamp,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO learned_limit (application, api, calls, window_ms, learned_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            application,
            learned.api.as_str(),
            learned.limit.calls.get(),
            whole_millis(learned.limit.window),
            millis(now)
        ])?;
    Ok(())
}

/// The remembered limits of an app registration, longer windows first. Writes nothing.
pub(crate) fn of(
    connection: &Connection,
    caller: &Application,
    now: Timestamp,
) -> Result<Vec<LearnedLimit>> {
    let mut statement = connection.prepare_cached(
        "SELECT api, calls, window_ms FROM learned_limit
         WHERE application = ?1 AND learned_at_ms > ?2 ORDER BY window_ms DESC, api",
    )?;
    let application = stored_application(connection, caller)?;
    let limits = statement.query_map(params![application, oldest(now)], |row| {
        Ok(limit(&row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
    })?;
    Ok(limits
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// Whether [`prune`] would change anything.
pub(crate) fn has_stale(connection: &Connection, now: Timestamp) -> Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1 FROM learned_limit WHERE learned_at_ms <= ?1 OR learned_at_ms > ?2)",
        )?
        .query_row([oldest(now), millis(now)], |row| row.get(0))
}

/// Deletes the limits of all app registrations that are no longer remembered. If the clock was set back,
/// those learned in the future count as learned now.
pub(crate) fn prune(connection: &Connection, now: Timestamp) -> Result<()> {
    let delete = "DELETE FROM learned_limit WHERE learned_at_ms <= ?1";
    connection.execute(delete, [oldest(now)])?;
    let learned_now = "UPDATE learned_limit SET learned_at_ms = ?1 WHERE learned_at_ms > ?1";
    connection.execute(learned_now, [millis(now)])?;
    Ok(())
}

/// Deletes the limits of an app registration that were learned before a time, or whose time is in the future.
pub(crate) fn forget(
    connection: &Connection,
    caller: &Application,
    before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let application = stored_application(connection, caller)?;
    connection.execute(
        "DELETE FROM learned_limit
         WHERE application = ?1 AND (learned_at_ms < ?2 OR learned_at_ms > ?3)",
        params![application, millis(before), millis(now)],
    )?;
    Ok(())
}

/// The learning time of the oldest limit that is still remembered.
fn oldest(now: Timestamp) -> i64 {
    millis(now) - whole_millis(LEARNED_FOR)
}

/// The limit of a row; `None` if this version does not know its API.
fn limit(api: &str, calls: u32, window_ms: u64) -> Option<LearnedLimit> {
    let limit = RateLimit {
        calls: NonZeroU32::new(calls)?,
        window: Duration::from_millis(window_ms),
    };
    let api = api.parse().ok().filter(|_| window_ms > 0)?;
    Some(LearnedLimit { api, limit })
}
