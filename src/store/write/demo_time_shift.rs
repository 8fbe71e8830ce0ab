//! Nights of a demonstration lie in the past: the calendar is played, the asking is real.

use std::time::Duration;

use rusqlite::{Result, TransactionBehavior};

use crate::store::{Store, error::StoreError};

impl Store {
    /// Makes everything that is kept so much older.
    pub fn age(&mut self, by: Duration) -> std::result::Result<(), StoreError> {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let path = &self.path;
        let mut age = || -> Result<()> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute("UPDATE answer SET as_of_ms = as_of_ms - ?1", [by])?;
            transaction.execute(
                "UPDATE run SET started_at_ms = started_at_ms - ?1,
                     active_at_ms = active_at_ms - ?1, finished_at_ms = finished_at_ms - ?1",
                [by],
            )?;
            // The windows of the quota are over.
            transaction.execute("DELETE FROM call", [])?;
            transaction.commit()
        };
        age().map_err(|error| StoreError::sqlite(path, error))
    }
}
