//! The open store: the operations that commands use.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use tracing::debug;

use super::{
    error::StoreError,
    file::{
        connection,
        lock::Lock,
        open,
        space::{self, Space},
        untouched::read_untouched,
    },
    read::{earlier_census::earlier_census, silent_machines::silent_before},
    tables::{
        answers::{self, OutcomeSink},
        bulk,
        calls::{self, Application, Counting},
        census_kbs, censuses, cross_checks, cves,
        fingerprint::fleet,
        inventories,
        list_checks::{self, ServiceListResult},
        releases, run_kbs,
        runs::{self, OutcomeCounts, RunId, RunRecord},
        selections, since, software, watermarks,
    },
    write::{
        begin::{self, StartedRun},
        close::{self, Retention},
        demo_time_shift,
        forget::{self, Forgotten},
        params::RunParams,
        preview::{self, Preview},
        shared::Shared,
    },
};
use crate::{
    domain::{
        answer::Source,
        api::Api,
        bulk::BulkReading,
        call_selection::CallSelection,
        census::Census,
        cross_check::CrossCheck,
        cve::{CveFacts, CveId},
        kb::{KbCount, KbId},
        machine::MachineId,
        outcome::Outcome,
        release::ReleaseCount,
        software::{RunSoftware, SoftwareInventory},
    },
    inventory::Inventory,
};

type Result<T> = std::result::Result<T, StoreError>;

/// The open store.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    /// Declared after the connection, so that it is dropped later and the last sync covers everything.
    pub(super) shared: Arc<Shared>,
}

impl Store {
    /// Opens the store, or creates it if it does not exist. Only the owner has access to the folder
    /// and the file.
    pub fn open(path: &Path) -> Result<Self> {
        let opened = open::open_or_create(path);
        let connection = opened.map_err(|problem| StoreError::new(path, problem))?;
        Ok(Self::new(connection, path))
    }

    /// Opens a store that this process has opened before, without reading the whole file again.
    pub(super) fn open_verified(path: &Path) -> Result<Self> {
        let opened = open::open_verified(path);
        let connection = opened.map_err(|problem| StoreError::new(path, problem))?;
        Ok(Self::new(connection, path))
    }

    /// The same store, for one of several runs of this process that share its file.
    pub(super) fn sharing(self, shared: &Arc<Shared>) -> Result<Self> {
        self.with_path(shared.limit_cache(&self.connection))?;
        Ok(Self {
            shared: Arc::clone(shared),
            ..self
        })
    }

    /// Opens a store that must already exist.
    pub fn open_existing(path: &Path) -> Result<Self> {
        let opened = open::open_existing(path);
        let connection = opened.map_err(|problem| StoreError::new(path, problem))?;
        Ok(Self::new(connection, path))
    }

    /// Reads a store that must already exist, and leaves no trace; this also works in a read-only
    /// folder. May call `read` several times.
    pub fn read_only<T, E: From<StoreError>>(
        path: &Path,
        mut read: impl FnMut(&Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let result = read_untouched(path, |connection| read(&Self::new(connection, path)));
        result.map_err(|problem| StoreError::new(path, problem))?
    }

    pub(super) fn new(connection: Connection, path: &Path) -> Self {
        Self {
            connection,
            path: path.to_owned(),
            shared: Arc::default(),
        }
    }

    /// Writes when it is this run's turn.
    pub(super) fn write<T>(
        &mut self,
        write: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let shared = Arc::clone(&self.shared);
        let _write_lock = shared.write_lock();
        let written = write(&mut self.connection);
        self.with_path(written)
    }

    /// Writes a whole list in one transaction when it is this run's turn.
    fn write_list(
        &mut self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<()> {
        self.write(|connection| {
            begin::with_large_cache(connection, |connection| {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                write(&transaction)?;
                transaction.commit()
            })
        })
    }

    /// Writes a small amount when it is this run's turn.
    pub(super) fn set<T>(
        &self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let _write_lock = self.shared.write_lock();
        self.with_path(write(&self.connection))
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file and fails if it is damaged: ninety nights of ten thousand machines take
    /// half a second.
    pub fn verify(&self) -> Result<()> {
        let verified = connection::verify(&self.connection);
        verified.map_err(|problem| StoreError::new(&self.path, problem))
    }

    /// The record of one run.
    pub fn run(&self, run: RunId) -> Result<RunRecord> {
        self.with_path(runs::run(&self.connection, run))
    }

    /// All runs, latest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>> {
        self.with_path(runs::runs(&self.connection))
    }

    /// The last run for the same set of machines, however it ended.
    pub fn run_of_fleet(&self, service: i64, inventory: &Inventory) -> Result<Option<RunRecord>> {
        self.with_path(runs::of_fleet(&self.connection, service, &fleet(inventory)))
    }

    /// The run that is in progress for this app registration, if any.
    pub fn run_in_progress(&self, caller: &Application) -> Result<Option<RunId>> {
        self.with_path(runs::run_in_progress(&self.connection, caller))
    }

    /// The number of machines of a run by outcome so far; the others are pending.
    pub fn tally(&self, run: RunId) -> Result<OutcomeCounts> {
        self.with_path(runs::tally(&self.connection, run))
    }

    /// The machine list of a run, as it was read.
    pub fn inventory(&self, run: RunId) -> Result<Inventory> {
        self.with_path(inventories::inventory(&self.connection, run))
    }

    /// Records the service's list next to that of a run, for comparison; or why there is none.
    pub fn record_service_list(
        &mut self,
        run: RunId,
        list: std::result::Result<&Inventory, &str>,
    ) -> Result<()> {
        self.write_list(|connection| list_checks::insert(connection, run, list))
    }

    /// The service's list next to that of a run; `None` if the run did not request it.
    pub fn service_list(&self, run: RunId) -> Result<Option<ServiceListResult>> {
        self.with_path(list_checks::read(&self.connection, run))
    }

    /// Emits the outcome of each machine that was requested in a run, or whose answer was already stored.
    pub fn for_each_outcome(&self, run: RunId, take: OutcomeSink<'_>) -> Result<()> {
        self.with_path(answers::outcomes(
            &self.connection,
            run,
            take,
            &mut |_, _| {},
        ))
    }

    /// Emits the last answers of these machines, where they exist.
    pub fn for_each_last_answer(
        &self,
        service: i64,
        machines: impl IntoIterator<Item = MachineId>,
        take: OutcomeSink<'_>,
    ) -> Result<()> {
        self.with_path(answers::last_answers(
            &self.connection,
            service,
            machines,
            take,
        ))
    }

    /// Continues the times since when a machine has been missing its KBs, for an answer that could not be
    /// recorded.
    pub fn continue_since(&self, service: i64, outcome: &mut Outcome) -> Result<()> {
        let Ok(answer) = &mut outcome.result else {
            return Ok(());
        };
        let continued = since::continued(&self.connection, service, outcome.machine, answer);
        answer.since = self.with_path(continued)?;
        Ok(())
    }

    /// What such a run, with calls to this API, would do. Writes nothing.
    pub fn preview(&self, params: &RunParams<'_>, api: Api, counting: Counting) -> Result<Preview> {
        self.with_path(preview::preview(
            &self.connection,
            &self.path,
            params,
            api,
            counting,
        ))
    }

    /// Whether any of a run's machines has ever been answered.
    pub fn has_any_answer(&self, params: &RunParams<'_>) -> Result<bool> {
        self.with_path(preview::has_any_answer(&self.connection, params))
    }

    /// Begins a run, or resumes one that ended early. From here on it is in the store, however it ends.
    pub fn begin(&mut self, params: &RunParams<'_>) -> Result<StartedRun> {
        let path = self.path.clone();
        self.write(|connection| begin::begin(connection, &path, params))
    }

    /// Uses the last answer, however old, for each machine of the run that was not requested.
    pub fn keep_last(&mut self, run: RunId) -> Result<()> {
        self.write(|connection| close::keep_last(connection, run))
    }

    /// Uses the last answer for these machines of a run: nothing has changed for them.
    pub fn keep_answers(
        &mut self,
        run: &RunRecord,
        machines: impl IntoIterator<Item = MachineId>,
    ) -> Result<()> {
        self.write(|connection| {
            close::keep_answers(connection, run.run, run.service_number, machines)
        })
    }

    /// Records how a run selected the machines to call for; `None` if it called for all of them.
    pub fn set_selection(&self, run: RunId, selection: Option<&CallSelection>) -> Result<()> {
        self.set(|connection| selections::set(connection, run, selection))
    }

    /// Records the bulk source of a run's answers, and its facts about CVEs.
    pub fn set_bulk(
        &mut self,
        run: RunId,
        bulk: &BulkReading,
        cves: &[(CveId, CveFacts)],
    ) -> Result<()> {
        self.write(|connection| {
            bulk::record(connection, run, bulk)?;
            cves::record(connection, cves)
        })
    }

    /// Advances the time up to which the service's changes have been taken into account.
    pub fn set_changes_watermark(&self, service: i64, generated_at: Timestamp) -> Result<()> {
        self.set(|connection| watermarks::set(connection, service, generated_at))
    }

    /// The time up to which the service's changes have been taken into account; `None` if they never were.
    pub fn changes_watermark(&self, service: i64) -> Result<Option<Timestamp>> {
        self.with_path(watermarks::of(&self.connection, service))
    }

    /// The bulk source of a run's answers, if it had one.
    pub fn bulk(&self, run: RunId) -> Result<Option<BulkReading>> {
        self.with_path(bulk::of(&self.connection, run))
    }

    /// How a run selected the machines to call for; `None` if it called for all of them.
    pub fn selection(&self, run: RunId) -> Result<Option<CallSelection>> {
        self.with_path(selections::of_run(&self.connection, run))
    }

    /// Records the KBs that the service currently lists for these products.
    pub fn record_census_kbs(
        &mut self,
        service: i64,
        products: &BTreeMap<String, BTreeMap<KbId, u64>>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|connection| census_kbs::record(connection, service, products, now))
    }

    /// The products for which the service listed a KB in the latest census.
    pub fn census_products(&self, service: i64) -> Result<BTreeSet<String>> {
        self.with_path(census_kbs::products(&self.connection, service))
    }

    /// The time at which a KB was most recently listed for the first time, by product.
    pub fn newest_census_kbs(&self, service: i64) -> Result<HashMap<Box<str>, Timestamp>> {
        self.with_path(census_kbs::newest(&self.connection, service))
    }

    /// Stores the service's own count next to that of a run, or deletes it.
    pub fn set_census(&self, run: RunId, census: Option<&Census>) -> Result<()> {
        self.set(|connection| censuses::set(connection, run, census))
    }

    /// The service's own count next to that of a run, if it was requested.
    pub fn census(&self, run: RunId) -> Result<Option<Census>> {
        self.with_path(censuses::of_run(&self.connection, run))
    }

    /// The service's own count next to that of the latest earlier run of the same machines.
    pub fn last_census(&self, run: RunId) -> Result<Option<Census>> {
        self.with_path(earlier_census(&self.connection, run))
    }

    /// Stores the comparison of a run with a second source, or deletes it.
    pub fn set_cross_check(&self, run: RunId, check: Option<&CrossCheck>) -> Result<()> {
        self.set(|connection| cross_checks::set(connection, run, check))
    }

    /// The comparison of a run with a second source, if it was requested.
    pub fn cross_check(&self, run: RunId) -> Result<Option<CrossCheck>> {
        self.with_path(cross_checks::of_run(&self.connection, run))
    }

    /// The latest earlier run of the same tenant that was compared with this source.
    pub fn last_cross_check(&self, run: RunId, source: Source) -> Result<Option<RunId>> {
        self.with_path(cross_checks::last_before(&self.connection, run, source))
    }

    /// The machines about which the service had no current data at the latest earlier run of the same
    /// machines.
    pub fn silent_before(&self, run: RunId) -> Result<HashSet<MachineId>> {
        self.with_path(silent_before(&self.connection, run))
    }

    /// Stores the software inventory of a run, or why there is none, replacing an earlier one. Answers of the
    /// run that are recorded from now on refer to it.
    pub fn set_software(
        &mut self,
        run: RunId,
        software: &RunSoftware,
        now: Timestamp,
    ) -> Result<()> {
        self.write_list(|connection| software::set(connection, run, software, now))
    }

    /// The software inventory of a run; `None` if the run did not request one.
    pub fn software(&self, run: RunId) -> Result<Option<RunSoftware>> {
        self.with_path(software::of_run(&self.connection, run))
    }

    /// The run that has the latest software inventory of a service, if there is one.
    pub fn run_with_latest_software(&self, service: i64) -> Result<Option<RunId>> {
        self.with_path(software::latest(&self.connection, service))
    }

    /// The software that these machines had when their last answers were requested, where it was known;
    /// without a time for which it holds.
    pub fn software_at_last_answers(
        &self,
        service: i64,
        machines: impl IntoIterator<Item = MachineId>,
    ) -> Result<SoftwareInventory> {
        let software = software::at_last_answers(&self.connection, service, machines);
        self.with_path(software)
    }

    /// Records the number of machines that missed the updates of each month in a run.
    pub fn set_releases(&mut self, run: RunId, counts: &[ReleaseCount]) -> Result<()> {
        self.write(|connection| releases::set(connection, run, counts))
    }

    /// Records the number of machines that missed each KB in a run.
    pub fn set_kbs(&mut self, run: RunId, counts: &[KbCount]) -> Result<()> {
        self.write(|connection| run_kbs::set(connection, run, counts))
    }

    /// Records how a run ended. Call it once the reports are written: a run whose reports were not
    /// written is resumed.
    pub fn finish(&mut self, run: &RunRecord) -> Result<()> {
        self.write(|connection| close::finish(connection, run))
    }

    /// Deletes all but the latest runs of the service of each of these runs, and the data that only they
    /// needed. Does nothing if each of them keeps every run. Never deletes these runs, or one that is in
    /// progress in another process.
    pub fn prune(&mut self, own: &[Retention], now: Timestamp) -> Result<()> {
        if own.iter().all(|own| own.keep == u32::MAX) {
            return Ok(());
        }
        self.write(|connection| close::prune(connection, own, now))?;
        // Another process may be reading, or the disk may be full: the next run tries again.
        if let Err(error) = self.write(|connection| space::compact_if_sparse(connection)) {
            debug!("not made smaller: {error}");
        }
        Ok(())
    }

    /// Those of these machines about which the store has any data.
    pub fn known(&self, machines: &[MachineId]) -> Result<BTreeSet<MachineId>> {
        self.with_path(forget::known(&self.connection, machines))
    }

    /// Deletes everything about these machines, in every run, and compacts the file so that no deleted data
    /// remains in it.
    pub fn forget(&mut self, machines: &[MachineId]) -> Result<Forgotten> {
        let forgotten = forget::forget(&mut self.connection, machines);
        let forgotten = self.with_path(forgotten)?;
        self.with_path(space::compact(&self.connection))?;
        Ok(forgotten)
    }

    /// The size of the file.
    pub fn space(&self) -> Result<Space> {
        self.with_path(Space::of(&self.connection))
    }

    /// Whether a process is sending calls with any of the app registrations in the store.
    pub fn is_in_use(&self) -> Result<bool> {
        let applications = self.with_path(calls::applications(&self.connection))?;
        let mut applications = applications.iter();
        Ok(applications.any(|it| Lock::is_held(&self.path, it)))
    }

    /// Shifts all stored times into the past.
    pub fn shift_back(&mut self, by: Duration) -> Result<()> {
        let aged = demo_time_shift::shift_back(&mut self.connection, by);
        self.with_path(aged)
    }

    /// Adds the store's path to an SQLite error.
    pub(super) fn with_path<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|error| StoreError::sqlite(&self.path, error))
    }
}
