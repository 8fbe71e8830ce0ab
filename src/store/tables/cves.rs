//! CVEs: the sets that updates address, and the service's facts about each CVE.

use std::{collections::HashMap, str::FromStr};

use rusqlite::{Connection, Result, Row, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::cells::{parse, parse_json, to_json};
use crate::domain::{
    cve::{CveFacts, CveId, CveSet, Exploitability, Severity},
    words::UnknownWord,
};

type Fingerprint = [u8; 16];

/// The number of a set, which is inserted if it is new.
pub(super) fn insert_set(connection: &Connection, cves: &[CveId]) -> Result<i64> {
    let texts: Vec<String> = cves.iter().map(ToString::to_string).collect();
    let mut insert = connection.prepare_cached(
        "INSERT INTO cve_set (cves, digest) VALUES (?1, ?2)
         ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest
         RETURNING id",
    )?;
    insert.query_row(params![to_json(&texts)?, digest(cves)], |row| row.get(0))
}

/// The set in a column; `None` for null.
pub(super) fn set(row: &Row<'_>, column: &str) -> Result<Option<CveSet>> {
    let Some(text) = row.get_ref(column)?.as_str_or_null()? else {
        return Ok(None);
    };
    let texts: Vec<String> = parse_json(text)?;
    let cves = texts.iter().map(|text| parse(text));
    Ok(Some(cves.collect::<Result<_>>()?))
}

pub(super) fn digest(cves: &[CveId]) -> Fingerprint {
    let mut digest = Sha256::new();
    for cve in cves {
        digest.update(cve.to_string());
        digest.update([0]);
    }
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(&digest.finalize()[..16]);
    fingerprint
}

/// Records the service's facts about CVEs, replacing earlier ones.
pub(crate) fn record(connection: &mut Connection, cves: &[(CveId, CveFacts)]) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut replace = transaction.prepare(
        "INSERT OR REPLACE INTO cve (cve_id, severity, exploitability, cvss_tenths)
         VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (cve, facts) in cves {
        replace.execute(params![
            cve.to_string(),
            facts.severity.map(Severity::as_str),
            facts.exploitability.map(Exploitability::as_str),
            facts.cvss_tenths,
        ])?;
    }
    drop(replace);
    transaction.commit()
}

/// The service's facts about every CVE.
pub(crate) fn all(connection: &Connection) -> Result<HashMap<CveId, CveFacts>> {
    let mut find =
        connection.prepare("SELECT cve_id, severity, exploitability, cvss_tenths FROM cve")?;
    let facts = find.query_map([], |row| {
        let facts = CveFacts {
            severity: word(row, 1)?,
            exploitability: word(row, 2)?,
            cvss_tenths: row.get(3)?,
        };
        Ok((parse(row.get_ref(0)?.as_str()?)?, facts))
    })?;
    facts.collect()
}

fn word<T: FromStr<Err = UnknownWord>>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(parse).transpose()
}
