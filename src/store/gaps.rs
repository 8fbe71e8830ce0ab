//! The gaps of kept answers, read again one machine at a time.

use std::{cell::RefCell, io, sync::Arc};

use rusqlite::OptionalExtension;

use super::{Store, StoreError, answers::missing, error::damage, missing_kbs::Descriptions};
use crate::{
    gaps::{Gaps, Place},
    kb::MissingKb,
};

/// The store's memory while answers are read in any order: in KiB, which SQLite writes as a
/// negative number of pages.
const CACHE: i64 = -32 * 1024;

/// The gaps in a store.
#[derive(Debug)]
pub struct KeptGaps<'store> {
    store: &'store Store,
    descriptions: RefCell<Descriptions>,
}

impl Store {
    /// The gaps of its answers.
    pub fn gaps(&self) -> KeptGaps<'_> {
        // Without it, nothing but time is lost.
        let _ = self.connection.pragma_update(None, "cache_size", CACHE);
        KeptGaps {
            store: self,
            descriptions: RefCell::default(),
        }
    }
}

impl Gaps for KeptGaps<'_> {
    fn at(&self, place: Place) -> io::Result<Vec<Arc<MissingKb>>> {
        self.read(place)
            .map_err(|error| io::Error::other(StoreError::sqlite(&self.store.path, error)))
    }
}

impl KeptGaps<'_> {
    fn read(&self, place: Place) -> rusqlite::Result<Vec<Arc<MissingKb>>> {
        let connection = &self.store.connection;
        let mut find = connection
            .prepare_cached("SELECT missing, machine, checksum FROM answer WHERE id = ?1")?;
        let mut descriptions = self.descriptions.borrow_mut();
        let read = find.query_row([place.0], |row| {
            missing(connection, row, 0, &mut descriptions)
        });
        read.optional()?
            .ok_or_else(|| damage("an answer is gone that a run has"))
    }
}
