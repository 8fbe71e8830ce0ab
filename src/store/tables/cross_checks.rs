//! The comparison of a run's answers with a second source.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use sha2::{Digest, Sha256};

use super::{
    cells::{millis, parse, parse_json, time, to_json},
    runs::RunId,
};
use crate::{
    domain::{
        answer::Source,
        cross_check::{CrossCheck, CrossCheckRow, Explanation},
        kb::KbId,
    },
    store::error::damage,
};

/// A difference in the file.
type StoredRow = (
    String,
    String,
    Option<u64>,
    Option<u64>,
    Explanation,
    Option<i64>,
);

/// The cells of a comparison, all covered by its digest.
struct Cells {
    run: i64,
    source: String,
    as_of_ms: Option<i64>,
    compared: u64,
    machines_not_compared: u64,
    differing: String,
    missing_because: Option<String>,
}

/// Replaces the comparison of a run.
pub(crate) fn set(connection: &Connection, run: RunId, check: Option<&CrossCheck>) -> Result<()> {
    connection.execute("DELETE FROM run_cross_check WHERE run = ?1", [run.0])?;
    let Some(check) = check else {
        return Ok(());
    };
    let cells = Cells::of(run, check)?;
    connection.execute(
        "INSERT INTO run_cross_check (run, source, as_of_ms, compared, machines_not_compared,
             differing, missing_because, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            cells.run,
            cells.source,
            cells.as_of_ms,
            cells.compared,
            cells.machines_not_compared,
            cells.differing,
            cells.missing_because,
            cells.digest()
        ],
    )?;
    Ok(())
}

/// The comparison of a run, if there is one.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> Result<Option<CrossCheck>> {
    let check = connection.query_row(&format!("{SELECT_CELLS} WHERE run = ?1"), [run.0], |row| {
        Cells::read(row)?.cross_check()
    });
    check.optional()
}

/// The latest earlier run for the same tenant that was compared with this source.
pub(crate) fn last_before(
    connection: &Connection,
    run: RunId,
    source: Source,
) -> Result<Option<RunId>> {
    let found = connection.query_row(
        "SELECT run_cross_check.run FROM run_cross_check JOIN run ON run.id = run_cross_check.run
         WHERE run.service = (SELECT service FROM run WHERE id = ?1) AND run.id < ?1
             AND run_cross_check.source = ?2 AND missing_because IS NULL
         ORDER BY run.id DESC LIMIT 1",
        params![run.0, source.as_str()],
        |row| Ok(RunId(row.get(0)?)),
    );
    found.optional()
}

/// Verifies every comparison.
pub(crate) fn verify(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(SELECT_CELLS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        Cells::read(row)?;
    }
    Ok(())
}

const SELECT_CELLS: &str =
    "SELECT run, source, as_of_ms, compared, machines_not_compared, differing,
    missing_because, digest FROM run_cross_check";

impl Cells {
    fn of(run: RunId, check: &CrossCheck) -> Result<Self> {
        let row = |row: &CrossCheckRow| -> StoredRow {
            (
                row.machine.to_string(),
                row.kb.as_str().to_owned(),
                row.first,
                row.second,
                row.because,
                row.later.map(millis),
            )
        };
        let rows: Vec<StoredRow> = check.rows.iter().map(row).collect();
        Ok(Self {
            run: run.0,
            source: check.source.as_str().to_owned(),
            as_of_ms: check.as_of.map(millis),
            compared: check.compared,
            machines_not_compared: check.machines_not_compared,
            differing: to_json(&rows)?,
            missing_because: check.missing_because.clone(),
        })
    }

    /// Fails if the digest does not match.
    fn read(row: &Row<'_>) -> Result<Self> {
        let cells = Self {
            run: row.get(0)?,
            source: row.get(1)?,
            as_of_ms: row.get(2)?,
            compared: row.get(3)?,
            machines_not_compared: row.get(4)?,
            differing: row.get(5)?,
            missing_because: row.get(6)?,
        };
        if row.get_ref(7)?.as_blob()? != cells.digest() {
            return Err(damage("a cross-check does not match its checksum"));
        }
        Ok(cells)
    }

    fn cross_check(&self) -> Result<CrossCheck> {
        let rows: Vec<StoredRow> = parse_json(&self.differing)?;
        let row = |(machine, kb, first, second, because, later): StoredRow| {
            Ok(CrossCheckRow {
                machine: parse(&machine)?,
                kb: KbId::from_stored(&kb),
                first,
                second,
                because,
                later: later.map(time),
            })
        };
        Ok(CrossCheck {
            source: parse(&self.source)?,
            as_of: self.as_of_ms.map(time),
            compared: self.compared,
            machines_not_compared: self.machines_not_compared,
            rows: rows.into_iter().map(row).collect::<Result<_>>()?,
            missing_because: self.missing_because.clone(),
        })
    }

    fn digest(&self) -> Vec<u8> {
        let as_of = self.as_of_ms.map_or(Timestamp::MIN, time);
        let mut digest = Sha256::new()
            .chain_update(self.run.to_le_bytes())
            .chain_update(millis(as_of).to_le_bytes())
            .chain_update(self.compared.to_le_bytes())
            .chain_update(self.machines_not_compared.to_le_bytes());
        let because = self.missing_because.as_ref();
        digest.update([u8::from(because.is_some())]);
        let because = because.map_or("", String::as_str);
        for text in [&self.source, &self.differing, because] {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        digest.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::machine::MachineId, store::file::schema::SCHEMA};

    fn row(because: Explanation) -> CrossCheckRow {
        CrossCheckRow {
            machine: MachineId::from_bytes([7; 20]),
            kb: KbId::new("5000802"),
            first: Some(0),
            second: None,
            because,
            later: Some(time(1_700_000_000_123)),
        }
    }

    #[test]
    fn cross_check_is_read_as_it_was_written() {
        let connection = Connection::open_in_memory().unwrap();
        SCHEMA.migrate(&connection).unwrap();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        let whole = CrossCheck {
            source: Source::Export,
            as_of: Some(time(1_700_000_000_000)),
            compared: 3,
            machines_not_compared: 1,
            rows: Explanation::ALL.iter().map(|it| row(*it)).collect(),
            missing_because: None,
        };
        let read = |run| of_run(&connection, RunId(run));
        for check in [whole, CrossCheck::missing(Source::Hunting, "no role")] {
            set(&connection, RunId(1), Some(&check)).unwrap();
            assert_eq!(read(1).unwrap(), Some(check));
            assert_eq!(read(2).unwrap(), None);
            verify(&connection).unwrap();
        }
        for damage in ["compared = 4", "as_of_ms = 4", "source = 'export'"] {
            let set_damage = format!("UPDATE run_cross_check SET {damage}");
            connection.execute(&set_damage, []).unwrap();
            assert!(read(1).is_err() && verify(&connection).is_err(), "{damage}");
            set(
                &connection,
                RunId(1),
                Some(&CrossCheck::missing(Source::Hunting, "")),
            )
            .unwrap();
        }
        set(&connection, RunId(1), None).unwrap();
        assert_eq!(read(1).unwrap(), None);
    }
}
