//! The store, open: what each command may do with it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    error::StoreError,
    file::{connection, open, untouched::read_untouched},
    tables::{
        answers::{self, Taker},
        calls::{self, Application, Counting, Pause},
        fingerprint::fleet,
        inventories,
        runs::{self, RunId, RunRecord, Tally},
    },
    write::{
        begin::{self, Begun},
        beginning::Beginning,
        close, demo_time_shift,
        outlook::{self, Outlook},
    },
};
use crate::{
    domain::{api::Api, machine::MachineId},
    inventory::Inventory,
    quota::CallNumber,
};

type Result<T> = std::result::Result<T, StoreError>;

/// The store, open.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl Store {
    /// Opens the store, and makes it where there is none. Folder and file are their owner's
    /// alone.
    pub fn open(path: &Path) -> Result<Self> {
        let opened = open::open_or_create(path);
        let connection = opened.map_err(|problem| StoreError::new(path, problem))?;
        Ok(Self::new(connection, path))
    }

    /// Opens a store that has to be there already.
    pub fn open_existing(path: &Path) -> Result<Self> {
        let opened = open::open_existing(path);
        let connection = opened.map_err(|problem| StoreError::new(path, problem))?;
        Ok(Self::new(connection, path))
    }

    /// Reads a store that has to be there already, and leaves no trace: a folder that may not be
    /// written to is as good as any other. May read it several times.
    pub fn look_into<T, E: From<StoreError>>(
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
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file, and says where it is not sound: ninety nights of ten thousand
    /// machines take half a second.
    pub fn verify(&self) -> Result<()> {
        let verified = connection::verify(&self.connection);
        verified.map_err(|problem| StoreError::new(&self.path, problem))
    }

    /// What is written of one run.
    pub fn run(&self, run: RunId) -> Result<RunRecord> {
        self.name(runs::run(&self.connection, run))
    }

    /// All runs, the latest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>> {
        self.name(runs::runs(&self.connection))
    }

    /// The last run for the same machines, whatever became of it.
    pub fn run_of_fleet(&self, service: i64, inventory: &Inventory) -> Result<Option<RunRecord>> {
        self.name(runs::of_fleet(&self.connection, service, &fleet(inventory)))
    }

    /// The run that this app registration is at work on, if there is one.
    pub fn at_work(&self, caller: &Application) -> Result<Option<RunId>> {
        self.name(runs::at_work(&self.connection, caller))
    }

    /// How many machines of a run have ended in which way so far; the others are pending.
    pub fn tally(&self, run: RunId) -> Result<Tally> {
        self.name(runs::tally(&self.connection, run))
    }

    /// The list of a run, as it was read.
    pub fn inventory(&self, run: RunId) -> Result<Inventory> {
        self.name(inventories::inventory(&self.connection, run))
    }

    /// Emits what became of each machine that was asked for in a run, or whose answer was there
    /// already.
    pub fn each_outcome(&self, run: RunId, take: Taker<'_>) -> Result<()> {
        self.name(answers::outcomes(
            &self.connection,
            run,
            take,
            &mut |_, _| {},
        ))
    }

    /// Emits the last answers of these machines, where there are any.
    pub fn each_last_answer(
        &self,
        service: i64,
        machines: impl IntoIterator<Item = MachineId>,
        take: Taker<'_>,
    ) -> Result<()> {
        self.name(answers::last_answers(
            &self.connection,
            service,
            machines,
            take,
        ))
    }

    /// What a run that began like this, with calls to this API, would find. Writes nothing.
    pub fn outlook(
        &self,
        beginning: &Beginning<'_>,
        api: Api,
        counting: Counting,
    ) -> Result<Outlook> {
        self.name(outlook::outlook(
            &self.connection,
            &self.path,
            beginning,
            api,
            counting,
        ))
    }

    /// Whether any of a run's machines was ever answered.
    pub fn has_any_answer(&self, beginning: &Beginning<'_>) -> Result<bool> {
        self.name(outlook::has_any_answer(&self.connection, beginning))
    }

    /// Begins a run, or goes on with one that ended early. From here on it is in the store,
    /// whatever happens.
    pub fn begin(&mut self, beginning: &Beginning<'_>) -> Result<Begun> {
        let begun = begin::begin(&mut self.connection, &self.path, beginning);
        self.name(begun)
    }

    /// Gives each machine of the run that was not asked for its last answer, however old.
    pub fn keep_last(&mut self, run: RunId) -> Result<()> {
        self.name(close::keep_last(&self.connection, run))
    }

    /// Notes how a run ended. To be called when its reports are written: a run whose
    /// reports were not is gone on with.
    pub fn finish(&mut self, run: &RunRecord) -> Result<()> {
        self.name(close::finish(&self.connection, run))
    }

    /// Forgets all but the latest so many runs of this one's service, and what only they
    /// needed. This one is never forgotten, and neither is one that is at work in another
    /// process.
    pub fn prune(&mut self, own: RunId, keep: u32, now: Timestamp) -> Result<()> {
        let pruned = close::prune(&mut self.connection, own, keep, now);
        self.name(pruned)
    }

    /// Makes everything that is kept so much older.
    pub fn age(&mut self, by: Duration) -> Result<()> {
        let aged = demo_time_shift::age(&mut self.connection, by);
        self.name(aged)
    }

    /// Notes one call that is about to be sent outside a run.
    pub fn note_call(&self, caller: &Application, api: Api) -> Result<CallNumber> {
        self.name(calls::note(&self.connection, caller, api))
    }

    /// Notes that its answer has arrived.
    pub fn note_answer(&self, call: CallNumber) -> Result<()> {
        self.name(calls::answered(&self.connection, call.0, Timestamp::now()))
    }

    /// Notes that the service refused a call outside a run for quota, and for how long nothing is
    /// to be sent to this API.
    pub fn note_pause(&self, caller: &Application, api: Api, length: Duration) -> Result<()> {
        let at = Timestamp::now();
        let noted = calls::application(&self.connection, caller)
            .and_then(|number| calls::paused(&self.connection, number, api, Pause { at, length }));
        self.name(noted)
    }

    /// How long ago the answers to this app registration's earlier calls to an API arrived, or must
    /// have.
    pub fn past_calls(
        &self,
        caller: &Application,
        api: Api,
        counting: Counting,
    ) -> Result<Vec<Duration>> {
        self.name(calls::tidy_and_read(
            &self.connection,
            caller,
            api,
            counting,
        ))
    }

    /// What answers to this app registration's last calls to an API took, the median of them; nothing
    /// where there were none. Calls are kept for some days.
    pub fn usual_latency(&self, caller: &Application, api: Api) -> Result<Option<Duration>> {
        self.name(calls::latency(&self.connection, caller, api))
    }

    /// What is left of the last pause that the service ordered for an API; never more than it was,
    /// whoever set the clock since.
    pub fn pause_left(&self, caller: &Application, api: Api) -> Result<Duration> {
        self.name(calls::pause_left(&self.connection, caller, api))
    }

    /// Names the store in what SQLite says.
    fn name<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|error| StoreError::sqlite(&self.path, error))
    }
}
