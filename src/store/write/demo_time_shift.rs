//! Shifts times for the demonstration: its nights lie in the past, but its calls are made now.

use std::time::Duration;

use rusqlite::{Connection, Result, TransactionBehavior};

use crate::store::tables::answers;

/// Shifts all stored times into the past by this much.
pub(crate) fn shift_back(connection: &mut Connection, by: Duration) -> Result<()> {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    answers::age(&transaction, by)?;
    transaction.execute(
        "UPDATE run SET started_at_ms = started_at_ms - ?1, active_at_ms = active_at_ms - ?1,
             finished_at_ms = finished_at_ms - ?1",
        [by],
    )?;
    transaction.execute("UPDATE census_kb SET listed_ms = listed_ms - ?1", [by])?;
    // The quota's windows have passed by then.
    transaction.execute("DELETE FROM call", [])?;
    transaction.commit()
}
