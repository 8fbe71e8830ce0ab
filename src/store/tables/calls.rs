//! The calls that the quota's windows may still count, from all processes.

use std::{ops::RangeInclusive, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::{cells::millis, reading};
use crate::{
    domain::api::Api,
    quota::{CallNumber, EarlierUsage},
};

/// An app registration in a tenant: the unit that a quota applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The tenant id, from the token if it contains one; empty if unknown.
    pub tenant_id: String,
    /// The app registration's client id, from the token if it contains one; empty if unknown.
    pub client_id: String,
    /// The base URL of the API.
    pub api_url: String,
}

/// Determines which calls may still count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counting {
    /// The quota's longest window.
    pub longest: Duration,
    /// The maximum time to an answer.
    pub timeout: Duration,
}

/// A pause that the service requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    /// When it was requested.
    pub(crate) at: Timestamp,
    /// How long no calls may be sent.
    pub(crate) length: Duration,
}

/// The minimum time that calls are kept: the next run may have longer windows.
const MIN_RETENTION: Duration = Duration::from_hours(72);

/// After this time, calls are deleted even if their app registration is no longer used. No window is as long.
const MAX_RETENTION: Duration = Duration::from_hours(24 * 400);

/// The number of last calls from which the usual latency is calculated.
const LATENCY_SAMPLES: u32 = 100;

/// The number of an app registration, which is inserted if it is new.
pub(crate) fn application(connection: &Connection, application: &Application) -> Result<i64> {
    connection.query_row(
        "INSERT INTO application (tenant_id, client_id, api_url) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET api_url = excluded.api_url
         RETURNING id",
        params![
            application.tenant_id,
            application.client_id,
            application.api_url
        ],
        |row| row.get(0),
    )
}

/// The number of an app registration, if it is already stored.
pub(crate) fn stored_application(
    connection: &Connection,
    application: &Application,
) -> Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT id FROM application WHERE tenant_id = ?1 AND client_id = ?2 AND api_url = ?3",
        )?
        .query_row(
            [
                &application.tenant_id,
                &application.client_id,
                &application.api_url,
            ],
            |row| row.get(0),
        )
        .optional()
}

/// Every app registration that is stored.
pub(crate) fn applications(connection: &Connection) -> Result<Vec<Application>> {
    let mut statement =
        connection.prepare("SELECT tenant_id, client_id, api_url FROM application")?;
    let applications = statement.query_map([], |row| {
        Ok(Application {
            tenant_id: row.get(0)?,
            client_id: row.get(1)?,
            api_url: row.get(2)?,
        })
    })?;
    applications.collect()
}

/// The app registration used by a run.
pub(crate) fn application_of(connection: &Connection, run: i64) -> Result<Application> {
    connection.query_row(
        "SELECT tenant_id, client_id, api_url
         FROM run JOIN application ON application.id = run.application WHERE run.id = ?1",
        [run],
        |row| {
            Ok(Application {
                tenant_id: row.get(0)?,
                client_id: row.get(1)?,
                api_url: row.get(2)?,
            })
        },
    )
}

/// Records a call that is about to be sent.
pub(crate) fn record_sending(
    connection: &Connection,
    application: i64,
    api: Api,
    now: Timestamp,
) -> Result<CallNumber> {
    connection
        .prepare_cached("INSERT INTO call (application, api, sent_at_ms) VALUES (?1, ?2, ?3)")?
        .insert(params![application, api.as_str(), millis(now)])
        .map(CallNumber)
}

/// Records that the answer to a call has arrived, or will never arrive.
pub(crate) fn record_answered(
    connection: &Connection,
    call: CallNumber,
    now: Timestamp,
) -> Result<()> {
    connection
        .prepare_cached("UPDATE call SET answered_at_ms = ?2 WHERE id = ?1")?
        .execute([call.0, millis(now)])?;
    Ok(())
}

/// Records that the service throttled a call, and how long no calls may be sent.
pub(crate) fn record_pause(
    connection: &Connection,
    application: i64,
    api: Api,
    pause: Pause,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO pause (application, api, paused_at_ms, paused_for_ms)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            application,
            api.as_str(),
            millis(pause.at),
            whole_millis(pause.length)
        ])?;
    Ok(())
}

/// Deletes a call that was not sent.
pub(crate) fn delete(connection: &Connection, call: CallNumber) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM call WHERE id = ?1")?
        .execute([call.0])?;
    Ok(())
}

/// The remainder of the last pause that the service requested for an API; never longer than the pause itself,
/// even if the clock was changed since.
pub(crate) fn remaining_pause(
    connection: &Connection,
    caller: &Application,
    api: Api,
) -> Result<Duration> {
    let mut find = connection.prepare_cached(
        "SELECT paused_for_ms - max(0, ?3 - paused_at_ms) FROM pause
         WHERE application = ?1 AND api = ?2",
    )?;
    let left = find.query_row(
        params![
            stored_application(connection, caller)?,
            api.as_str(),
            millis(Timestamp::now())
        ],
        |row| row.get::<_, i64>(0),
    );
    let left = u64::try_from(left.optional()?.unwrap_or_default());
    Ok(Duration::from_millis(left.unwrap_or_default()))
}

/// The median time to an answer for the last calls; `None` if there were none.
pub(crate) fn latency(
    connection: &Connection,
    caller: &Application,
    api: Api,
) -> Result<Option<Duration>> {
    let mut statement = connection.prepare_cached(
        "SELECT answered_at_ms - sent_at_ms AS took FROM call
         WHERE application = ?1 AND api = ?2 AND answered_at_ms > sent_at_ms
         ORDER BY sent_at_ms DESC LIMIT ?3",
    )?;
    let application = stored_application(connection, caller)?;
    let took = statement.query_map(params![application, api.as_str(), LATENCY_SAMPLES], |row| {
        row.get(0)
    })?;
    let mut took: Vec<u64> = took.collect::<Result<_>>()?;
    took.sort_unstable();
    Ok(took.get(took.len() / 2).copied().map(Duration::from_millis))
}

/// How long ago the answers to earlier calls arrived or, if that was not recorded, must have
/// arrived. Writes nothing.
pub(crate) fn ages(
    connection: &Connection,
    caller: &Application,
    api: Api,
    counting: Counting,
) -> Result<Vec<Duration>> {
    let now = millis(Timestamp::now());
    let mut statement = connection.prepare_cached(
        "SELECT sent_at_ms, answered_at_ms FROM call WHERE application = ?1 AND api = ?2",
    )?;
    let application = stored_application(connection, caller)?;
    let ages = statement.query_map(params![application, api.as_str()], |row| {
        Ok(age(row.get(0)?, row.get(1)?, counting.timeout, now))
    })?;
    ages.collect()
}

/// How much of an app registration's quota earlier processes have used, by API. Writes nothing.
pub(crate) fn earlier_usage(
    connection: &Connection,
    caller: &Application,
    counting: impl Fn(Api) -> Option<Counting>,
) -> Result<Vec<(Api, EarlierUsage)>> {
    let _all_at_once = reading(connection)?;
    if stored_application(connection, caller)?.is_none() {
        return Ok(Vec::new());
    }
    let usage = Api::ALL.iter().map(|&api| {
        let calls = counting(api).map(|counting| ages(connection, caller, api, counting));
        let earlier = EarlierUsage {
            calls: calls.transpose()?.unwrap_or_default(),
            latency: latency(connection, caller, api)?,
            pause: remaining_pause(connection, caller, api)?,
        };
        Ok((api, earlier))
    });
    usage.collect()
}

/// The times, in milliseconds since 1970, of calls that [`prune`] neither deletes nor moves.
fn kept(counting: Counting, now: i64) -> RangeInclusive<i64> {
    let longest = (counting.longest + 3 * counting.timeout).max(MIN_RETENTION);
    now - whole_millis(longest)..=now
}

/// Whether [`prune`] would change anything.
pub(crate) fn has_stale(
    connection: &Connection,
    caller: &Application,
    api: Api,
    counting: Counting,
) -> Result<bool> {
    let kept = kept(counting, millis(Timestamp::now()));
    // Each is a single index lookup.
    let mut find = connection.prepare_cached(
        "SELECT ifnull(min(sent_at_ms) < ?3, 0) OR ifnull((
             SELECT max(sent_at_ms) > ?4 FROM call WHERE application = ?1 AND api = ?2), 0)
         FROM call WHERE application = ?1 AND api = ?2",
    )?;
    let application = stored_application(connection, caller)?;
    let bounds = params![application, api.as_str(), kept.start(), kept.end()];
    find.query_row(bounds, |row| row.get(0))
}

/// Deletes the calls of all app registrations that are older than any window.
pub(crate) fn prune_abandoned(connection: &Connection, now: Timestamp) -> Result<()> {
    let oldest = millis(now) - whole_millis(MAX_RETENTION);
    connection.execute("DELETE FROM call WHERE sent_at_ms < ?1", [oldest])?;
    Ok(())
}

/// Deletes the calls of an app registration to an API that no window can count any more.
pub(crate) fn prune(
    connection: &Connection,
    caller: &Application,
    api: Api,
    counting: Counting,
) -> Result<()> {
    let application = stored_application(connection, caller)?;
    let kept = kept(counting, millis(Timestamp::now()));
    connection.execute(
        "DELETE FROM call WHERE application = ?1 AND api = ?2 AND sent_at_ms < ?3",
        params![application, api.as_str(), kept.start()],
    )?;
    // The clock was set back: calls with a time in the future are moved to now. Other app
    // registrations' calls are left alone, because a process may be sending them at this moment.
    connection.execute(
        "UPDATE call SET sent_at_ms = ?1, answered_at_ms = ?1
         WHERE application = ?2 AND api = ?3 AND sent_at_ms > ?1",
        params![kept.end(), application, api.as_str()],
    )?;
    Ok(())
}

/// How long ago a call's answer arrived, from times in milliseconds since 1970. A time in the
/// future counts as now: the clock was set back in the meantime.
fn age(sent: i64, answered: Option<i64>, timeout: Duration, now: i64) -> Duration {
    // Before it is sent, a call may wait for a new token for up to the same timeout.
    let latest = sent.saturating_add(2 * whole_millis(timeout));
    let answered = answered.unwrap_or(latest).max(sent);
    Duration::from_millis(u64::try_from(now - answered).unwrap_or_default())
}

/// The length in whole milliseconds, capped so that several can be added without overflow.
pub(crate) fn whole_millis(length: Duration) -> i64 {
    SignedDuration::try_from(length)
        .map_or(i64::MAX, |length| {
            i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
        })
        .min(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_age_survives_clock_changes() {
        const TIMEOUT: Duration = Duration::from_secs(30);
        for (what, sent, answered, now, expected) in [
            ("a minute ago", 0, Some(1), 61, 60),
            ("its answer was not noted", 0, None, 61, 1),
            ("slept meanwhile", 0, Some(600), 630, 30),
            ("killed just now", 0, None, 1, 0),
            ("clock set back", 0, Some(1), -7200, 0),
            ("clock set back while it was answered", 0, Some(-60), 30, 30),
        ] {
            let age = age(
                sent * 1000,
                answered.map(|it: i64| it * 1000),
                TIMEOUT,
                now * 1000,
            );
            assert_eq!(age.as_secs(), expected, "{what}");
        }
    }
}
