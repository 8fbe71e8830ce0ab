//! The service's own count of machines, next to that of a run.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use sha2::{Digest, Sha256};

use super::{
    cells::{parse_json, to_json},
    runs::RunId,
};
use crate::{
    domain::{
        census::{Census, CensusRow, UncountedProduct},
        kb::KbId,
    },
    store::error::damage,
};

/// A row of a census in the file.
type StoredRow = (String, String, u64, u64, u64);

/// The cells of a census, all covered by its digest.
struct Cells {
    run: i64,
    compared: String,
    left_out: String,
    missing_because: Option<String>,
}

/// Replaces the census of a run.
pub(crate) fn set(connection: &Connection, run: RunId, census: Option<&Census>) -> Result<()> {
    connection.execute("DELETE FROM run_census WHERE run = ?1", [run.0])?;
    let Some(census) = census else {
        return Ok(());
    };
    let cells = Cells::of(run, census)?;
    connection.execute(
        "INSERT INTO run_census (run, compared, left_out, missing_because, digest)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            cells.run,
            cells.compared,
            cells.left_out,
            cells.missing_because,
            cells.digest()
        ],
    )?;
    Ok(())
}

/// The census of a run, if there is one.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> Result<Option<Census>> {
    let census = connection.query_row(&format!("{SELECT_CELLS} WHERE run = ?1"), [run.0], |row| {
        Cells::read(row)?.census()
    });
    census.optional()
}

/// The earlier runs for the same tenant that have a census, latest first.
pub(crate) fn runs_before(connection: &Connection, run: RunId) -> Result<Vec<RunId>> {
    let mut find = connection.prepare_cached(
        "SELECT run_census.run FROM run_census JOIN run ON run.id = run_census.run
         WHERE run.service = (SELECT service FROM run WHERE id = ?1) AND run.id < ?1
             AND missing_because IS NULL
         ORDER BY run.id DESC",
    )?;
    let runs = find.query_map([run.0], |row| Ok(RunId(row.get(0)?)))?;
    runs.collect()
}

/// Verifies every census.
pub(crate) fn verify(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(SELECT_CELLS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        Cells::read(row)?;
    }
    Ok(())
}

const SELECT_CELLS: &str =
    "SELECT run, compared, left_out, missing_because, digest FROM run_census";

impl Cells {
    fn of(run: RunId, census: &Census) -> Result<Self> {
        let row = |row: &CensusRow| -> StoredRow {
            let kb = row.kb.as_str().to_owned();
            (
                row.product.clone(),
                kb,
                row.ours,
                row.service,
                row.not_answered,
            )
        };
        let rows: Vec<StoredRow> = census.rows.iter().map(row).collect();
        let left_out = census.left_out.iter();
        let left_out: Vec<_> = left_out.map(|it| (&it.product, &it.because)).collect();
        Ok(Self {
            run: run.0,
            compared: to_json(&rows)?,
            left_out: to_json(&left_out)?,
            missing_because: census.missing_because.clone(),
        })
    }

    /// Fails if the digest does not match.
    fn read(row: &Row<'_>) -> Result<Self> {
        let cells = Self {
            run: row.get(0)?,
            compared: row.get(1)?,
            left_out: row.get(2)?,
            missing_because: row.get(3)?,
        };
        if row.get_ref(4)?.as_blob()? != cells.digest() {
            return Err(damage("a census does not match its checksum"));
        }
        Ok(cells)
    }

    fn census(&self) -> Result<Census> {
        let rows: Vec<StoredRow> = parse_json(&self.compared)?;
        let left_out: Vec<(String, String)> = parse_json(&self.left_out)?;
        let row = |(product, kb, ours, service, not_answered): StoredRow| CensusRow {
            product,
            kb: KbId::from_stored(&kb),
            ours,
            service,
            not_answered,
        };
        let left_out = left_out.into_iter();
        Ok(Census {
            rows: rows.into_iter().map(row).collect(),
            left_out: left_out
                .map(|(product, because)| UncountedProduct { product, because })
                .collect(),
            missing_because: self.missing_because.clone(),
        })
    }

    fn digest(&self) -> Vec<u8> {
        let mut digest = Sha256::new().chain_update(self.run.to_le_bytes());
        let because = self.missing_because.as_ref();
        digest.update([u8::from(because.is_some())]);
        let because = because.map_or("", String::as_str);
        for text in [&self.compared, &self.left_out, because] {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        digest.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::schema::SCHEMA;

    #[test]
    fn census_is_read_as_it_was_written() {
        let connection = Connection::open_in_memory().unwrap();
        SCHEMA.migrate(&connection).unwrap();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        let row = |product: &str, service| CensusRow {
            product: product.to_owned(),
            kb: KbId::new("5000802"),
            ours: 233,
            service,
            not_answered: 2,
        };
        let census = Census {
            rows: vec![row("windows_11", 240), row("a \"b\"", u64::from(u32::MAX))],
            left_out: vec![UncountedProduct {
                product: "edge".to_owned(),
                because: "gone".to_owned(),
            }],
            missing_because: None,
        };
        let read = |run| of_run(&connection, RunId(run));
        for census in [census, Census::missing("no answer")] {
            set(&connection, RunId(1), Some(&census)).unwrap();
            assert_eq!(read(1).unwrap(), Some(census));
            assert_eq!(read(2).unwrap(), None);
            verify(&connection).unwrap();
        }
        let damage = "UPDATE run_census SET missing_because = 'other'";
        connection.execute(damage, []).unwrap();
        assert!(read(1).is_err() && verify(&connection).is_err());
        set(&connection, RunId(1), None).unwrap();
        assert_eq!(read(1).unwrap(), None);
    }
}
