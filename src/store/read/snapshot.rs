//! The store as it is at one moment, for several who read at once.

use std::{fmt, io, iter, path::Path, sync::OnceLock};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Result};

use super::{
    earlier_runs::{self, EarlierRun},
    held_lists::{Held, Lists},
};
use crate::{
    domain::{
        gaps::{AnswerRef, BaseMachine, DatedAnswer, Gaps, History},
        kb::MissingKbs,
        machine::MachineId,
    },
    store::{
        error::{StoreError, damage},
        file::connection::connect,
        handle::Store,
        tables::{
            answers::{self, Taker},
            missing_kbs::{Descriptions, Listed},
            runs::RunId,
        },
    },
};

/// A reader's memory while answers are read in any order: in KiB, which SQLite writes as a
/// negative number of pages.
const CACHE: i64 = -8 * 1024;

/// The store as it was when this was taken, whatever others write to it meanwhile.
pub struct Snapshot {
    /// The store that it was taken of.
    own: Mutex<Reader>,
    /// The same file, opened again for others who read at the same time.
    others: Vec<Mutex<Reader>>,
    /// What the answers list that were told already.
    lists: OnceLock<Lists>,
    /// The earlier one of the runs that are compared: history is what was before it.
    first: Mutex<Option<RunId>>,
}

/// One who reads.
struct Reader {
    store: Store,
    descriptions: Descriptions,
}

/// What tells whether two see the same answers: they go with their runs.
#[derive(PartialEq, Eq)]
struct Runs {
    kept: i64,
    last: Option<i64>,
}

/// Begins to read: the first look is what the store stays at. It also spares each of a million
/// looks the locks that it would take by itself.
fn freeze(connection: &Connection) -> Result<Runs> {
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.execute_batch("BEGIN")?;
    connection.query_row("SELECT count(*), max(id) FROM run", [], |row| {
        Ok(Runs {
            kept: row.get(0)?,
            last: row.get(1)?,
        })
    })
}

/// The same store once more, if it still has these runs.
fn another(path: &Path, runs: &Runs) -> Option<Store> {
    let connection = connect(path).ok()?;
    let is_same = freeze(&connection).is_ok_and(|found| found == *runs);
    is_same.then(|| Store::new(connection, path))
}

impl Snapshot {
    /// The store as it is now, for so many who read at once. They are fewer where the file cannot
    /// be opened as often, or has just been written to: that takes longer, and no more.
    pub fn of(store: Store, readers: usize) -> std::result::Result<Self, StoreError> {
        let runs = freeze(&store.connection);
        let runs = runs.map_err(|error| StoreError::sqlite(&store.path, error))?;
        let others = (1..readers).map_while(|_| another(&store.path, &runs));
        let others = others.map(Reader::of).collect();
        Ok(Self {
            own: Reader::of(store),
            others,
            lists: OnceLock::new(),
            first: Mutex::default(),
        })
    }

    /// The store, to be written to again.
    pub fn into_store(self) -> Store {
        drop(self.others);
        let store = self.own.into_inner().store;
        // Nothing was written. What fails here fails again where the store is used next.
        let _ = store.connection.execute_batch("ROLLBACK");
        store
    }

    /// What the store says, as it was when the snapshot was taken.
    pub fn look<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&self.own.lock().store)
    }

    /// Tells what became of each machine that was asked for in a run, or whose answer was there
    /// already.
    pub fn each_outcome(&self, run: RunId, take: Taker<'_>) -> std::result::Result<(), StoreError> {
        let mut lists = Lists::default();
        let mut listed = |answer, list: &Listed| lists.hold(answer, list);
        self.read(|connection, _| answers::outcomes(connection, run, take, &mut listed))?;
        lists.sort();
        // Where one run after the other is told, the first is the one that is listed.
        let _ = self.lists.set(lists);
        Ok(())
    }

    /// The runs of the same tenant that were begun before this one and have ended, the latest
    /// first. Runs without a single answer are left out.
    pub fn earlier_runs(&self, run: RunId) -> std::result::Result<Vec<EarlierRun>, StoreError> {
        self.read(|connection, _| earlier_runs::earlier_runs(connection, run))
    }

    /// Whether the lists of two runs share at least half of the longer one's machines.
    pub fn is_same_fleet(&self, one: RunId, other: RunId) -> std::result::Result<bool, StoreError> {
        self.read(|connection, _| earlier_runs::is_same_fleet(connection, one, other))
    }

    /// What a run knows of the machines of its list, by their ids. From here on it is the base
    /// of the other one, and history is what was before both.
    pub fn compare(
        &self,
        base: RunId,
        with: RunId,
    ) -> std::result::Result<Vec<BaseMachine>, StoreError> {
        *self.first.lock() = Some(base.min(with));
        self.read(|connection, _| earlier_runs::base_machines(connection, base))
    }

    /// Reads with whichever reader is free.
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection, &mut Descriptions) -> Result<T>,
    ) -> std::result::Result<T, StoreError> {
        let mut readers = iter::once(&self.own).chain(&self.others);
        let free = readers.find_map(|reader| reader.try_lock());
        let mut reader = free.unwrap_or_else(|| self.own.lock());
        let Reader {
            store,
            descriptions,
        } = &mut *reader;
        read(&store.connection, descriptions)
            .map_err(|error| StoreError::sqlite(&store.path, error))
    }
}

impl Reader {
    fn of(store: Store) -> Mutex<Self> {
        Mutex::new(Self {
            store,
            descriptions: Descriptions::default(),
        })
    }
}

impl Gaps for Snapshot {
    fn missing(&self, answer: AnswerRef) -> io::Result<MissingKbs> {
        let held = self.lists.get().and_then(|lists| lists.of(answer.0));
        let read = match held {
            Some(Held::Whole(missing)) => return Ok(missing.clone()),
            Some(Held::Numbers(numbers)) => self.read(|connection, descriptions| {
                descriptions.of(connection, numbers.iter().copied().map(i64::from))
            }),
            None => self.read(|connection, descriptions| read_at(connection, descriptions, answer)),
        };
        read.map_err(io::Error::other)
    }
}

impl History for Snapshot {
    fn before_base(&self, machine: MachineId) -> io::Result<Vec<DatedAnswer>> {
        let Some(first) = *self.first.lock() else {
            return Ok(Vec::new());
        };
        self.read(|connection, _| earlier_runs::answers_before(connection, first, machine))
            .map_err(io::Error::other)
    }
}

/// That an answer is as it was written was looked at when it was told, since the freezing.
fn read_at(
    connection: &Connection,
    descriptions: &mut Descriptions,
    answer: AnswerRef,
) -> Result<MissingKbs> {
    let mut find = connection.prepare_cached("SELECT missing FROM answer WHERE id = ?1")?;
    let read = find.query_row([answer.0], |row| {
        descriptions.list(connection, row.get_ref(0)?.as_str()?)
    });
    let list = read.optional()?;
    let list = list.ok_or_else(|| damage("an answer is gone that a run has"))?;
    Ok(list.missing)
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Snapshot").finish_non_exhaustive()
    }
}
