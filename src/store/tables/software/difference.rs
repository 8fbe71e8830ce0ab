//! Finds the software that differs between two answers for a machine.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Result};

/// The products whose versions differ between the software at these two answers; empty if it is not known for
/// both.
pub(crate) fn changed_products(
    connection: &Connection,
    answers: [i64; 2],
) -> Result<BTreeSet<String>> {
    let [Some(one), Some(other)] = [set(connection, answers[0])?, set(connection, answers[1])?]
    else {
        return Ok(BTreeSet::new());
    };
    // Equal software is stored once, and a set contains a version once: a version that is counted once
    // differs.
    let mut statement = connection.prepare_cached(
        "SELECT product
         FROM (
             SELECT value AS number
             FROM software_set, json_each(software_set.versions)
             WHERE software_set.id IN (?1, ?2)
             GROUP BY value
             HAVING count(*) = 1
         )
         JOIN software_version ON software_version.id = number
         WHERE ?1 <> ?2",
    )?;
    let products = statement.query_map([one, other], |row| row.get(0))?;
    products.collect()
}

/// The number of the software at an answer. An answer that could not be stored has none.
fn set(connection: &Connection, answer: i64) -> Result<Option<i64>> {
    let mut find = connection.prepare_cached("SELECT software_set FROM answer WHERE id = ?1")?;
    let found = find.query_row([answer], |row| row.get(0)).optional()?;
    Ok(found.flatten())
}
