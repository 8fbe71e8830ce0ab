//! The calls that the quota's windows may still count, whichever process sent them.

use std::time::Duration;

use jiff::SignedDuration;
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::{
    Store, StoreError,
    moment::{LARGEST_JUMP_MS, Moment},
};
use crate::quota::CallNumber;

/// An app registration: the quota is its and the tenant's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The tenant, by the token where it says; empty where nobody knows.
    pub tenant_id: String,
    /// The app registration's client id, likewise.
    pub client_id: String,
    /// Base URL of the API.
    pub api_url: String,
}

/// Which calls may still count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counting {
    /// The quota's longest window.
    pub longest: Duration,
    /// The longest that an answer takes.
    pub timeout: Duration,
}

/// A call that was noted.
#[derive(Debug, Clone, Copy)]
struct Noted {
    sent: Moment,
    answered_at_ms: Option<i64>,
}

impl Noted {
    /// A call of the future is one of now: the clock was set back since.
    fn not_after(self, now: Moment) -> Self {
        if self.sent.wall_ms <= now.wall_ms {
            return self;
        }
        Self {
            sent: now,
            answered_at_ms: Some(now.wall_ms),
        }
    }
}

/// Calls are kept for at least this long: the next run may have longer windows.
const KEPT: Duration = Duration::from_hours(72);

/// Calls that tell what an answer takes.
const LATELY: u32 = 100;

/// The number of an app registration, which is entered if it is new.
pub(super) fn application(connection: &Connection, application: &Application) -> Result<i64> {
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

/// The number of an app registration that is known already.
fn known_application(connection: &Connection, whose: &Application) -> Result<Option<i64>> {
    connection
        .query_row(
            "SELECT id FROM application WHERE tenant_id = ?1 AND client_id = ?2 AND api_url = ?3",
            [&whose.tenant_id, &whose.client_id, &whose.api_url],
            |row| row.get(0),
        )
        .optional()
}

/// The app registration whose process works or worked on a run.
pub(super) fn application_of(connection: &Connection, run: i64) -> Result<Application> {
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

/// Notes a call that is about to be sent.
pub(super) fn sending(connection: &Connection, application: i64, now: Moment) -> Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO call (application, sent_at_ms, uptime_s, boot) VALUES (?1, ?2, ?3, ?4)",
        )?
        .insert(params![application, now.wall_ms, now.uptime_s, now.boot])
}

/// Notes that a call's answer has arrived, or never will.
pub(super) fn answered(connection: &Connection, call: i64, now: Moment) -> Result<()> {
    connection
        .prepare_cached("UPDATE call SET answered_at_ms = ?2 WHERE id = ?1")?
        .execute(params![call, now.wall_ms])?;
    Ok(())
}

/// Notes that the service refused a call for quota, and for how long nothing is sent.
pub(super) fn paused(
    connection: &Connection,
    application: i64,
    now: Moment,
    length: Duration,
) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE application SET paused_at_ms = ?2, paused_for_ms = ?3 WHERE id = ?1",
        )?
        .execute(params![application, now.wall_ms, whole_millis(length)])?;
    Ok(())
}

/// Forgets a call that was not sent after all.
pub(super) fn forget(connection: &Connection, call: i64) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM call WHERE id = ?1")?
        .execute([call])?;
    Ok(())
}

impl Store {
    /// Notes one call that is about to be sent outside a run.
    pub fn note_call(&self, whose: &Application) -> Result<CallNumber, StoreError> {
        let number = application(&self.connection, whose)
            .and_then(|whose| sending(&self.connection, whose, Moment::now()));
        number
            .map(CallNumber)
            .map_err(|error| StoreError::sqlite(&self.path, error))
    }

    /// Notes that its answer has arrived.
    pub fn note_answer(&self, call: CallNumber) -> Result<(), StoreError> {
        answered(&self.connection, call.0, Moment::now())
            .map_err(|error| StoreError::sqlite(&self.path, error))
    }

    /// Notes that the service refused a call outside a run for quota, and for how long nothing is
    /// to be sent.
    pub fn note_pause(&self, whose: &Application, length: Duration) -> Result<(), StoreError> {
        application(&self.connection, whose)
            .and_then(|whose| paused(&self.connection, whose, Moment::now(), length))
            .map_err(|error| StoreError::sqlite(&self.path, error))
    }

    /// How long ago the answers to this app registration's earlier calls arrived, or must
    /// have.
    pub fn past_calls(
        &self,
        whose: &Application,
        counting: Counting,
    ) -> Result<Vec<Duration>, StoreError> {
        tidy(&self.connection, whose, counting)
            .and_then(|()| past(&self.connection, whose, counting))
            .map_err(|error| StoreError::sqlite(&self.path, error))
    }

    /// What answers to this app registration's last calls took, the median of them; nothing
    /// where there were none. Calls are kept for some days.
    pub fn usual_latency(&self, whose: &Application) -> Result<Option<Duration>, StoreError> {
        latency(&self.connection, whose).map_err(|error| StoreError::sqlite(&self.path, error))
    }

    /// What is left of the last pause that the service told an earlier process to make; never
    /// more than it was, whoever set the clock since.
    pub fn pause_left(&self, whose: &Application) -> Result<Duration, StoreError> {
        let read = || -> Result<(i64, i64)> {
            let application = application(&self.connection, whose)?;
            self.connection.query_row(
                "SELECT paused_at_ms, paused_for_ms FROM application WHERE id = ?1",
                [application],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        };
        let (at, length) = read().map_err(|error| StoreError::sqlite(&self.path, error))?;
        let passed = Moment::now().wall_ms.saturating_sub(at).max(0);
        Ok(Duration::from_millis(
            u64::try_from(length - passed).unwrap_or_default(),
        ))
    }
}

/// What answers took lately.
pub(super) fn latency(connection: &Connection, whose: &Application) -> Result<Option<Duration>> {
    let Some(application) = known_application(connection, whose)? else {
        return Ok(None);
    };
    let mut statement = connection.prepare(
        "SELECT answered_at_ms - sent_at_ms AS took FROM call
         WHERE application = ?1 AND answered_at_ms > sent_at_ms
         ORDER BY sent_at_ms DESC LIMIT ?2",
    )?;
    let took = statement.query_map(params![application, LATELY], |row| row.get(0))?;
    let mut took: Vec<u64> = took.collect::<Result<_>>()?;
    took.sort_unstable();
    Ok(took.get(took.len() / 2).copied().map(Duration::from_millis))
}

/// How long ago the answers to earlier calls arrived, or must have. Writes nothing.
pub(super) fn past(
    connection: &Connection,
    whose: &Application,
    counting: Counting,
) -> Result<Vec<Duration>> {
    let now = Moment::now();
    let calls = noted(connection, whose, now)?;
    let ages = calls
        .into_iter()
        .map(|call| age(call, counting.timeout, now));
    Ok(ages.collect())
}

/// Forgets the calls that count no more, whoever sent them.
fn tidy(connection: &Connection, whose: &Application, counting: Counting) -> Result<()> {
    let now = Moment::now();
    forget_old(connection, counting, now)?;
    // The clock was set back. From now on they age with it. Other applications' calls are
    // left alone: a process may be sending them at this moment.
    connection.execute(
        "UPDATE call SET sent_at_ms = ?1, answered_at_ms = ?1, uptime_s = ?2, boot = ?3
         WHERE application = ?4 AND sent_at_ms > ?1",
        params![
            now.wall_ms,
            now.uptime_s,
            now.boot,
            known_application(connection, whose)?
        ],
    )?;
    Ok(())
}

/// The calls that may count.
fn noted(connection: &Connection, whose: &Application, now: Moment) -> Result<Vec<Noted>> {
    let mut statement = connection.prepare(
        "SELECT sent_at_ms, answered_at_ms, uptime_s, boot FROM call WHERE application = ?1",
    )?;
    let application = known_application(connection, whose)?;
    let calls = statement.query_map([application], |row| {
        Ok(Noted {
            sent: Moment {
                wall_ms: row.get(0)?,
                uptime_s: row.get(2)?,
                boot: row.get(3)?,
            },
            answered_at_ms: row.get(1)?,
        })
    })?;
    calls
        .map(|call| call.map(|call| call.not_after(now)))
        .collect()
}

/// Forgets the calls that no window can count any more. A clock that was set forward makes
/// calls look old: those of the same start of the machine are as old as its up time says, and
/// where starts have no names, a call may be as much younger as [`LARGEST_JUMP_MS`].
fn forget_old(connection: &Connection, counting: Counting, now: Moment) -> Result<()> {
    let kept = whole_millis((counting.longest + 3 * counting.timeout).max(KEPT)) + LARGEST_JUMP_MS;
    let oldest_s = now.uptime_s - kept / 1000;
    let boot = if now.uptime_s < 0 { 0 } else { now.boot };
    connection
        .execute(
            "DELETE FROM call WHERE sent_at_ms < ?1
             AND NOT (?2 <> 0 AND boot = ?2 AND uptime_s >= max(0, ?3))",
            params![now.wall_ms - kept, boot, oldest_s],
        )
        .map(drop)
}

/// How long ago a call's answer arrived, whoever set the clock since.
fn age(call: Noted, timeout: Duration, now: Moment) -> Duration {
    // A call may wait for a new token first, which takes as long at most.
    let latest = call.sent.wall_ms.saturating_add(2 * whole_millis(timeout));
    let answered = call.answered_at_ms.unwrap_or(latest).min(now.wall_ms);
    // However long it took: a machine may sleep.
    let took = (answered - call.sent.wall_ms).max(0);
    let since_sent = now.since(call.sent);
    Duration::from_millis(u64::try_from(since_sent - took).unwrap_or_default())
}

fn whole_millis(length: Duration) -> i64 {
    SignedDuration::try_from(length)
        .map_or(i64::MAX, |length| {
            i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
        })
        .min(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(30);
    const NOON: i64 = 1_800_000_000_000;

    fn seconds(sent: (i64, i64), answered: Option<i64>, now: (i64, i64)) -> u64 {
        let moment = |(wall_s, uptime_s): (i64, i64)| Moment {
            wall_ms: NOON + wall_s * 1000,
            uptime_s,
            boot: 0,
        };
        let call = Noted {
            sent: moment(sent),
            answered_at_ms: answered.map(|at| NOON + at * 1000),
        };
        age(call, TIMEOUT, moment(now)).as_secs()
    }

    /// How many calls are left that were sent at noon, with the machine up for 500 s, where
    /// these are the clock on the wall and the up time now, in hours and seconds.
    fn left(boot: i64, (wall_h, uptime_s, boot_now): (i64, i64, i64), longest_h: u64) -> i64 {
        let connection = Connection::open_in_memory().unwrap();
        let tables = "CREATE TABLE call (sent_at_ms INTEGER, uptime_s INTEGER, boot INTEGER)";
        connection.execute(tables, []).unwrap();
        let call = "INSERT INTO call VALUES (?1, 500, ?2)";
        connection.execute(call, params![NOON, boot]).unwrap();
        let now = Moment {
            wall_ms: NOON + wall_h * 3_600_000,
            uptime_s,
            boot: boot_now,
        };
        let counting = Counting {
            longest: Duration::from_hours(longest_h),
            timeout: TIMEOUT,
        };
        forget_old(&connection, counting, now).unwrap();
        let count = "SELECT count(*) FROM call";
        connection.query_row(count, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_call_is_forgotten_when_no_window_can_count_it() {
        const HOUR: i64 = 3600;
        for (what, boot, now, longest_h, expected) in [
            ("an hour later", 7, (1, 500 + HOUR, 7), 1, 1),
            ("set forward for three days", 7, (73, 560, 7), 1, 1),
            ("set forward for ten years", 7, (87_600, 560, 7), 1, 1),
            ("four days later", 7, (96, 500 + 96 * HOUR, 7), 1, 0),
            (
                "four days later, windows of a week",
                7,
                (96, 500 + 96 * HOUR, 7),
                168,
                1,
            ),
            (
                "nine days later, windows of a week",
                7,
                (216, 500 + 216 * HOUR, 7),
                168,
                0,
            ),
            ("started anew four days later", 7, (96, 560, 8), 1, 0),
            ("started anew an hour later", 7, (1, 560, 8), 1, 1),
            ("starts without names, set forward", 0, (84, 560, 0), 1, 1),
            (
                "starts without names, four days later",
                0,
                (96, 560, 0),
                1,
                0,
            ),
            ("no up time now", 7, (96, -1, 7), 1, 0),
            ("set back", 7, (-1000, 560, 7), 1, 1),
        ] {
            assert_eq!(left(boot, now, longest_h), expected, "{what}");
        }
    }

    #[test]
    fn the_age_of_a_call_survives_the_clock() {
        for (what, sent, answered, now, expected) in [
            ("a minute ago", (0, 500), Some(1), (61, 561), 60),
            ("nobody knows when", (0, 500), None, (61, 561), 1),
            ("slept meanwhile", (0, 500), Some(600), (630, 1130), 30),
            ("killed just now", (0, 500), None, (1, 501), 0),
            ("clock set back", (0, 500), Some(1), (-7200, 560), 0),
            ("clock set forward", (0, 500), Some(1), (7261, 561), 59),
            ("rounding is no jump", (0, 500), Some(0), (2, 501), 2),
            ("started anew since", (0, 500), Some(1), (3601, 30), 3600),
            (
                "started at noon each day",
                (0, 500),
                Some(1),
                (86_401, 700),
                86_400,
            ),
        ] {
            assert_eq!(seconds(sent, answered, now), expected, "{what}");
        }
    }
}
