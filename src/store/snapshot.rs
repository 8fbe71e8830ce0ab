//! The gaps of kept answers, read again one machine at a time.

use std::{
    cell::{Cell, RefCell},
    fmt, io,
    sync::Arc,
};

use rusqlite::{Connection, OptionalExtension, Result, Statement};

use super::{RunId, Store, StoreError, answers::missing, error::damage, missing_kbs::Descriptions};
use crate::{
    gaps::{Gaps, Place},
    kb::MissingKb,
};

/// The store's memory while answers are read in any order: in KiB, which SQLite writes as a
/// negative number of pages.
const CACHE: i64 = -8 * 1024;

/// The gaps in a store. For as long as they are held, the store is as it was when they were
/// asked for, whatever others write to it.
pub struct KeptGaps<'store> {
    store: &'store Store,
    find: RefCell<Statement<'store>>,
    descriptions: RefCell<Descriptions>,
    /// The earlier one of the runs that are compared: history is what was before it.
    first: Cell<Option<RunId>>,
}

impl Store {
    /// The gaps of its answers.
    pub fn gaps(&self) -> std::result::Result<KeptGaps<'_>, StoreError> {
        let find = freeze(&self.connection);
        Ok(KeptGaps {
            store: self,
            find: RefCell::new(find.map_err(|error| StoreError::sqlite(&self.path, error))?),
            descriptions: RefCell::default(),
            first: Cell::default(),
        })
    }
}

/// Begins to read: the first look is what the store stays at. It also spares each of a million
/// looks the locks that it would take by itself.
fn freeze(connection: &Connection) -> Result<Statement<'_>> {
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.execute_batch("BEGIN")?;
    connection.query_row("SELECT count(*) FROM run", [], |_| Ok(()))?;
    // That an answer is as it was written was looked at when it was told, since the freezing.
    connection.prepare("SELECT missing FROM answer WHERE id = ?1")
}

impl Drop for KeptGaps<'_> {
    fn drop(&mut self) {
        // Nothing was written. What fails here fails again where the store is used next.
        let _ = self.store.connection.execute_batch("ROLLBACK");
    }
}

impl Gaps for KeptGaps<'_> {
    fn at(&self, place: Place) -> io::Result<Vec<Arc<MissingKb>>> {
        self.read(place)
            .map_err(|error| io::Error::other(StoreError::sqlite(&self.store.path, error)))
    }
}

impl<'store> KeptGaps<'store> {
    pub(super) const fn store(&self) -> &'store Store {
        self.store
    }

    pub(super) const fn first(&self) -> Option<RunId> {
        self.first.get()
    }

    pub(super) fn set_first(&self, first: RunId) {
        self.first.set(Some(first));
    }

    fn read(&self, place: Place) -> Result<Vec<Arc<MissingKb>>> {
        let mut descriptions = self.descriptions.borrow_mut();
        let connection = &self.store.connection;
        let mut find = self.find.borrow_mut();
        let read = find.query_row([place.0], |row| {
            missing(connection, row, 0, &mut descriptions)
        });
        read.optional()?
            .ok_or_else(|| damage("an answer is gone that a run has"))
    }
}

impl fmt::Debug for KeptGaps<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeptGaps").finish_non_exhaustive()
    }
}
