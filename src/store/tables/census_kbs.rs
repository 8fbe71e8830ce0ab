//! Since when the service's own count has listed each KB.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, Result, TransactionBehavior, params};

use super::cells::{millis, time};
use crate::domain::kb::KbId;

/// Records the KBs that the service currently lists for these products. KBs that were listed before keep
/// their time; KBs that are no longer listed are deleted.
pub(crate) fn record(
    connection: &mut Connection,
    service: i64,
    products: &BTreeMap<String, BTreeMap<KbId, u64>>,
    now: Timestamp,
) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (product, kbs) in products {
        let listed = listed(&transaction, service, product)?;
        let mut delete = transaction.prepare_cached(
            "DELETE FROM census_kb WHERE service = ?1 AND product = ?2 AND kb_id = ?3",
        )?;
        for gone in listed.iter().filter(|id| !kbs.contains_key(&KbId::new(id))) {
            delete.execute(params![service, product, gone])?;
        }
        let mut insert = transaction.prepare_cached(
            "INSERT INTO census_kb (service, product, kb_id, listed_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
        )?;
        for kb in kbs.keys() {
            insert.execute(params![service, product, kb.as_str(), millis(now)])?;
        }
    }
    transaction.commit()
}

fn listed(connection: &Connection, service: i64, product: &str) -> Result<Vec<String>> {
    let mut find = connection
        .prepare_cached("SELECT kb_id FROM census_kb WHERE service = ?1 AND product = ?2")?;
    let ids = find.query_map(params![service, product], |row| row.get(0))?;
    ids.collect()
}

/// The products for which the service listed a KB in the latest census.
pub(crate) fn products(connection: &Connection, service: i64) -> Result<BTreeSet<String>> {
    let mut find =
        connection.prepare_cached("SELECT DISTINCT product FROM census_kb WHERE service = ?1")?;
    let products = find.query_map([service], |row| row.get(0))?;
    products.collect()
}

/// The time at which a KB was most recently listed for the first time, by product.
pub(crate) fn newest(
    connection: &Connection,
    service: i64,
) -> Result<HashMap<Box<str>, Timestamp>> {
    let mut find = connection.prepare_cached(
        "SELECT product, max(listed_ms) FROM census_kb WHERE service = ?1 GROUP BY product",
    )?;
    let newest = find.query_map([service], |row| {
        let product: String = row.get(0)?;
        Ok((product.into(), time(row.get(1)?)))
    })?;
    newest.collect()
}
