//! Runs and their records.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params, types::ValueRef};

use super::{
    calls::Application,
    cells::{millis, parse, time},
};
use crate::domain::{
    accuracy::Accuracy,
    ending::{EndingWord, RunOutcome},
    requests::Requests,
    words::UnknownWord,
};

/// The number of a run; later runs have larger numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(pub i64);

/// The source of answers: a tenant, as served by one API.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Service {
    /// The tenant id; empty if unknown.
    pub tenant_id: String,
    /// The base URL of the API.
    pub api_url: String,
}

impl Service {
    /// Whether both are the same tenant, regardless of the API's address.
    pub fn is_same_tenant(&self, other: &Self) -> bool {
        self == other || !self.tenant_id.is_empty() && self.has_same_tenant_id(other)
    }

    /// Whether both have the same tenant id, or both have none.
    pub fn has_same_tenant_id(&self, other: &Self) -> bool {
        self.tenant_id.eq_ignore_ascii_case(&other.tenant_id)
    }
}

/// The number of machines of a run by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// The number of machines with an answer.
    pub answered: u64,
    /// The number of answered machines that this process did not have to request.
    pub reused: u64,
    /// The number of machines that the service does not know.
    pub not_found: u64,
    /// The number of machines whose requests failed.
    pub failed: u64,
    /// The number of machines that were not requested.
    pub pending: u64,
}

impl OutcomeCounts {
    /// The number of machines in its list.
    pub const fn machines(&self) -> u64 {
        self.answered + self.not_found + self.failed + self.pending
    }
}

/// The totals of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// The number of machines that missed at least one KB.
    pub with_gaps: u64,
    /// The number of machines that missed no KB, with current data.
    pub clean: u64,
    /// The number of machines that missed no KB because their Windows version no longer got updates; `None`
    /// without the software inventory.
    pub unsupported: Option<u64>,
    /// The number of distinct missing KBs.
    pub kbs: u64,
    /// The number of gaps: pairs of a machine and a KB that it missed.
    pub gaps: u64,
    /// The CVEs addressed by the missing KBs, summed over all gaps.
    pub exposure: u64,
    /// The number of gaps that were known to be exploited; `None` without the catalogue.
    pub exploited: Option<u64>,
}

/// The record of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Its number.
    pub run: RunId,
    /// The number of the service.
    pub service_number: i64,
    /// The service that it requested.
    pub service: Service,
    /// The file of the machine list.
    pub file: String,
    /// Whether the list is the service's whole list.
    pub lists_tenant: bool,
    /// How many times it was begun or resumed.
    pub session: i64,
    /// When it first began.
    pub started_at: Timestamp,
    /// When it last showed activity.
    pub active_at: Timestamp,
    /// When its last answer arrived; `None` while it is in progress or if it was killed.
    pub finished_at: Option<Timestamp>,
    /// Why it ended; `None` in the same cases.
    pub ended: Option<EndingWord>,
    /// Its outcome; `None` in the same cases.
    pub outcome: Option<RunOutcome>,
    /// The number of machines by outcome; preliminary while the run has not ended.
    pub tally: OutcomeCounts,
    /// The calls of all its sessions.
    pub requests: Requests,
    /// Its totals; `None` while it is in progress or if it was killed.
    pub figures: Option<Figures>,
    /// The result of its sample, as last recorded; empty if it called for every machine.
    pub rechecked: Accuracy,
}

impl RunRecord {
    /// When its last answer arrived or, if it has not ended, when it last showed activity.
    pub fn last_sign_of_life(&self) -> Timestamp {
        self.finished_at.unwrap_or(self.active_at)
    }

    /// Whether it makes sense to resume it.
    pub(crate) fn ended_early(&self) -> bool {
        self.ended.is_none_or(EndingWord::can_resume)
    }
}

/// How long after its last activity a run may still be in progress: it may be waiting for an hourly
/// window, or for a service that is down.
pub(crate) const MAX_INACTIVITY_MS: i64 = 12 * 60 * 60 * 1000;

/// The record of one run.
pub(crate) fn run(connection: &Connection, run: RunId) -> Result<RunRecord> {
    connection.query_row(&format!("{RECORDS} WHERE run.id = ?1"), [run.0], record)
}

/// All runs, latest first.
pub(crate) fn runs(connection: &Connection) -> Result<Vec<RunRecord>> {
    let mut statement = connection.prepare(&format!("{RECORDS} ORDER BY run.id DESC"))?;
    statement.query_map([], record)?.collect()
}

/// The last run for the same set of machines, however it ended.
pub(crate) fn of_fleet(
    connection: &Connection,
    service: i64,
    fleet: &[u8],
) -> Result<Option<RunRecord>> {
    let last =
        format!("{RECORDS} WHERE run.service = ?1 AND run.fleet = ?2 ORDER BY run.id DESC LIMIT 1");
    connection
        .query_row(&last, params![service, fleet], record)
        .optional()
}

/// The run that is in progress for an app registration, if any.
pub(crate) fn run_in_progress(
    connection: &Connection,
    caller: &Application,
) -> Result<Option<RunId>> {
    let run = connection.query_row(
        "SELECT run.id FROM run JOIN application ON application.id = run.application
         WHERE ending IS NULL AND application.tenant_id = ?1 AND client_id = ?2
             AND api_url = ?3 AND abs(active_at_ms - ?4) <= ?5
         ORDER BY active_at_ms DESC LIMIT 1",
        params![
            caller.tenant_id,
            caller.client_id,
            caller.api_url,
            millis(Timestamp::now()),
            MAX_INACTIVITY_MS
        ],
        |row| Ok(RunId(row.get(0)?)),
    );
    run.optional()
}

/// The number of machines of a run by outcome so far; the others are pending.
pub(crate) fn tally(connection: &Connection, run: RunId) -> Result<OutcomeCounts> {
    connection.query_row(
        "SELECT
             count(iif(status = 'answered', 1, NULL)),
             (SELECT count(*) FROM run_machine AS asked
              JOIN run ON run.id = asked.run
              JOIN answer ON answer.id = asked.answer
              WHERE run.id = ?1 AND (asked.origin <> 'asked' OR answer.run <> run.id
                  OR answer.session <> run.session)),
             count(iif(status = 'notFound', 1, NULL)),
             count(iif(status = 'failed', 1, NULL)),
             (SELECT count(*) FROM inventory_machine
              WHERE inventory = (SELECT inventory FROM run WHERE id = ?1))
              - count(*) + count(iif(status = 'pending', 1, NULL))
         FROM machines WHERE run = ?1",
        [run.0],
        |row| {
            Ok(OutcomeCounts {
                answered: row.get(0)?,
                reused: row.get(1)?,
                not_found: row.get(2)?,
                failed: row.get(3)?,
                pending: row.get(4)?,
            })
        },
    )
}

/// The query that records are read from.
pub(crate) const RECORDS: &str = "
    SELECT run.*, service.tenant_id, service.api_url, inventory.file,
        ifnull(inventory.is_whole, 0) AS lists_tenant,
        ifnull(run_selection.rechecked, 0) AS rechecked,
        ifnull(run_selection.differed, 0) AS differed
    FROM run
    JOIN service ON service.id = run.service
    JOIN inventory ON inventory.id = run.inventory
    LEFT JOIN run_selection ON run_selection.run = run.id";

pub(crate) fn record(row: &Row<'_>) -> Result<RunRecord> {
    Ok(RunRecord {
        run: RunId(row.get("id")?),
        service_number: row.get("service")?,
        service: Service {
            tenant_id: row.get("tenant_id")?,
            api_url: row.get("api_url")?,
        },
        file: row.get("file")?,
        lists_tenant: row.get("lists_tenant")?,
        session: row.get("session")?,
        started_at: time(row.get("started_at_ms")?),
        active_at: time(row.get("active_at_ms")?),
        finished_at: row.get::<_, Option<i64>>("finished_at_ms")?.map(time),
        ended: word(row, "ending")?,
        outcome: word(row, "outcome")?,
        tally: OutcomeCounts {
            answered: row.get("answered")?,
            reused: row.get("reused")?,
            not_found: row.get("not_found")?,
            failed: row.get("failed")?,
            pending: row.get("pending")?,
        },
        requests: Requests {
            sent: row.get("sent")?,
            retried: row.get("retried")?,
            throttled: row.get("throttled")?,
        },
        figures: figures(row)?,
        rechecked: Accuracy {
            machines: row.get("rechecked")?,
            differed: row.get("differed")?,
        },
    })
}

/// The figures of a run; `None` if it has no reports.
fn figures(row: &Row<'_>) -> Result<Option<Figures>> {
    if row.get_ref("with_gaps")? == ValueRef::Null {
        return Ok(None);
    }
    Ok(Some(Figures {
        with_gaps: row.get("with_gaps")?,
        clean: row.get("clean")?,
        kbs: row.get("kbs")?,
        gaps: row.get("gaps")?,
        exposure: row.get::<_, i64>("exposure")?.cast_unsigned(),
        unsupported: row.get("unsupported")?,
        exploited: row.get("exploited")?,
    }))
}

fn word<T: FromStr<Err = UnknownWord>>(row: &Row<'_>, column: &str) -> Result<Option<T>> {
    row.get_ref(column)?
        .as_str_or_null()?
        .map(parse)
        .transpose()
}
