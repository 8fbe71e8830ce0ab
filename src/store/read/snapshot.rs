//! A consistent snapshot of the store, for several concurrent readers.

use std::{
    collections::{BTreeSet, HashMap},
    fmt, io, iter,
    path::Path,
    sync::OnceLock,
};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Result};

use super::{
    earlier_runs::{self, EarlierRun},
    list_cache::{CachedList, ListCache},
};
use crate::{
    domain::{
        cve::{CveFacts, CveId},
        gaps::{AnswerRef, BaseMachine, DatedAnswer, Gaps},
        kb::{KbCount, MissingKbs},
        machine::MachineId,
        release::ReleaseCount,
        since::MissingSince,
    },
    store::{
        error::{StoreError, damage},
        file::connection::connect,
        handle::Store,
        tables::{
            answers::{self, OutcomeSink},
            cves,
            missing_kbs::{Descriptions, StoredList},
            releases, run_kbs,
            runs::RunId,
            since, software,
        },
        write::shared::limit_cache,
    },
};

/// The maximum page cache of a reader, for answers read in any order, in KiB.
const MAX_CACHE_KIB: usize = 8 * 1024;

/// The store as it was when the snapshot was taken, regardless of later writes.
pub struct Snapshot {
    /// The store from which the snapshot was taken.
    own: Mutex<Reader>,
    /// Further connections to the same file, for concurrent readers.
    extra: Vec<Mutex<Reader>>,
    /// The lists of answers that were already emitted.
    lists: OnceLock<ListCache>,
}

/// A connection for reading.
struct Reader {
    store: Store,
    descriptions: Descriptions,
}

/// Identifies the state of the store: two connections with the same runs see the same answers.
#[derive(PartialEq, Eq)]
struct Version {
    runs: i64,
    last: Option<i64>,
}

/// Begins a read transaction: the first query fixes what the connection sees. A single transaction
/// also avoids the cost of locking for each of a million reads.
fn freeze(connection: &Connection) -> Result<Version> {
    limit_cache(connection, MAX_CACHE_KIB)?;
    connection.execute_batch("BEGIN")?;
    connection.query_row("SELECT count(*), max(id) FROM run", [], |row| {
        Ok(Version {
            runs: row.get(0)?,
            last: row.get(1)?,
        })
    })
}

/// Another connection to the same store, if it still has the same runs.
fn second_connection(path: &Path, version: &Version) -> Option<Store> {
    let connection = connect(path).ok()?;
    let is_same = freeze(&connection).is_ok_and(|found| found == *version);
    is_same.then(|| Store::new(connection, path))
}

impl Snapshot {
    /// A snapshot of the store as it is now, for up to `readers` concurrent readers. There are
    /// fewer if the file cannot be opened as often, or has just been written to; that only makes
    /// reading slower.
    pub fn of(store: Store, readers: usize) -> std::result::Result<Self, StoreError> {
        let version = freeze(&store.connection);
        let version = version.map_err(|error| StoreError::sqlite(&store.path, error))?;
        let extra = (1..readers).map_while(|_| second_connection(&store.path, &version));
        let extra = extra.map(Reader::of).collect();
        Ok(Self {
            own: Reader::of(store),
            extra,
            lists: OnceLock::new(),
        })
    }

    /// The store, for writing again.
    pub fn into_store(self) -> Store {
        drop(self.extra);
        let store = self.own.into_inner().store;
        // Nothing was written, so an error here will occur again when the store is next used.
        let _ = store.connection.execute_batch("ROLLBACK");
        store
    }

    /// Reads from the store as it was when the snapshot was taken.
    pub fn with_store<T>(&self, read: impl FnOnce(&Store) -> T) -> T {
        read(&self.own.lock().store)
    }

    /// Emits the outcome of each machine that was requested in a run, or whose answer was already stored.
    pub fn for_each_outcome(
        &self,
        run: RunId,
        take: OutcomeSink<'_>,
    ) -> std::result::Result<(), StoreError> {
        let mut lists = ListCache::default();
        let mut listed = |answer, list: &StoredList| lists.insert(answer, list);
        self.read(|connection, _| answers::outcomes(connection, run, take, &mut listed))?;
        lists.sort();
        // If several runs are read, only the lists of the first one are cached.
        let _ = self.lists.set(lists);
        Ok(())
    }

    /// The earlier runs of the same tenant that have ended, latest first. Runs without a single
    /// answer are left out.
    pub fn earlier_runs(&self, run: RunId) -> std::result::Result<Vec<EarlierRun>, StoreError> {
        self.read(|connection, _| earlier_runs::earlier_runs(connection, run))
    }

    /// The number of machines that missed the updates of each month in a run.
    pub fn releases(&self, run: RunId) -> std::result::Result<Vec<ReleaseCount>, StoreError> {
        self.read(|connection, _| releases::of_run(connection, run))
    }

    /// The number of machines that missed each KB in a run.
    pub fn kbs(&self, run: RunId) -> std::result::Result<Vec<KbCount>, StoreError> {
        self.read(|connection, _| run_kbs::of_run(connection, run))
    }

    /// The service's facts about every CVE in any answer.
    pub fn cve_facts(&self) -> std::result::Result<HashMap<CveId, CveFacts>, StoreError> {
        self.read(|connection, _| cves::all(connection))
    }

    /// Whether the lists of two runs share at least half of the machines of the longer one.
    pub fn is_same_fleet(&self, one: RunId, other: RunId) -> std::result::Result<bool, StoreError> {
        self.read(|connection, _| earlier_runs::is_same_fleet(connection, one, other))
    }

    /// A run's data on the machines of its list, sorted by id.
    pub fn base_machines(&self, base: RunId) -> std::result::Result<Vec<BaseMachine>, StoreError> {
        self.read(|connection, _| earlier_runs::base_machines(connection, base))
    }

    /// The answers for a machine in runs before this one, latest first. An answer that several runs
    /// used may be listed several times.
    pub fn answers_before(
        &self,
        run: RunId,
        machine: MachineId,
    ) -> std::result::Result<Vec<DatedAnswer>, StoreError> {
        self.read(|connection, _| earlier_runs::answers_before(connection, run, machine))
    }

    /// The products whose versions on a machine differ between these two answers for it, `now` being the
    /// later one. Empty if its software is not known for both.
    pub fn changed_products(
        &self,
        then: AnswerRef,
        now: AnswerRef,
    ) -> std::result::Result<BTreeSet<String>, StoreError> {
        self.read(|connection, _| software::changed_products(connection, [then.0, now.0]))
    }

    /// Reads with any reader that is free.
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection, &mut Descriptions) -> Result<T>,
    ) -> std::result::Result<T, StoreError> {
        let mut readers = iter::once(&self.own).chain(&self.extra);
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
        let cached = self.lists.get().and_then(|lists| lists.of(answer.0));
        let read = match cached {
            Some(CachedList::Shared(missing)) => return Ok(missing.clone()),
            Some(CachedList::Numbers(numbers)) => self.read(|connection, descriptions| {
                descriptions.of(connection, numbers.iter().copied().map(i64::from))
            }),
            None => {
                self.read(|connection, descriptions| read_list(connection, descriptions, answer))
            }
        };
        read.map_err(io::Error::other)
    }

    fn since(&self, answer: AnswerRef) -> io::Result<MissingSince> {
        self.read(|connection, _| since::of_answer(connection, answer.0))
            .map_err(io::Error::other)
    }
}

/// Reads the list of an answer. Its checksum was already verified when its outcome was emitted from this
/// snapshot.
fn read_list(
    connection: &Connection,
    descriptions: &mut Descriptions,
    answer: AnswerRef,
) -> Result<MissingKbs> {
    let mut find = connection.prepare_cached("SELECT missing FROM answer WHERE id = ?1")?;
    let read = find.query_row([answer.0], |row| {
        descriptions.list(connection, row.get_ref(0)?.as_str()?)
    });
    let list = read.optional()?;
    let list = list.ok_or_else(|| damage("an answer that a run refers to is missing"))?;
    Ok(list.missing)
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Snapshot").finish_non_exhaustive()
    }
}
