//! A run in the store whose reports are rendered again.

use std::time::Duration;

use jiff::{Timestamp, ZonedDateTime};

use super::find::{last_run, numbered};
use crate::{
    aggregate::Fleet,
    config::Config,
    domain::{
        accuracy::Accuracy, bulk::BulkReading, call_selection::CallSelection, census::Census,
        cross_check::CrossCheck, ending::RunOutcome, gaps::AnswerRef, outcome::Outcome,
        requests::Requests, software::RunSoftware,
    },
    inventory::Inventory,
    run::{
        RunError,
        inputs::criteria::Criteria,
        reporting::data::{RunData, Sources},
    },
    store::{Reuse, RunRecord, Snapshot, Store, StoreError},
};

/// A kept run, or what the store knows about the machines of another list.
pub(crate) struct KeptRun {
    pub(crate) inventory: Inventory,
    /// The last run for the configured tenant and API.
    last: RunRecord,
    /// The run that the reports are about; `None` for another list.
    pub(crate) run: Option<RunRecord>,
    /// The software inventory; `None` if the run did not request it.
    pub(crate) software: Option<RunSoftware>,
    /// Answers older than this are left out.
    max_age: Option<Duration>,
}

impl KeptRun {
    /// The run with the requested number, the run of the given list, or the last run.
    pub(super) fn find(
        store: &Store,
        inventory: Option<Inventory>,
        config: &Config,
    ) -> Result<Self, RunError> {
        let last = last_run(store, config)?;
        match (inventory, config.run) {
            (Some(inventory), _) => Self::of_list(store, last, inventory, config),
            (None, Some(run)) => Self::of_run(store, numbered(store, &last, run)?),
            (None, None) => Self::of_run(store, last),
        }
    }

    /// A run with its own list.
    pub(crate) fn of_run(store: &Store, run: RunRecord) -> Result<Self, RunError> {
        Ok(Self {
            inventory: store.inventory(run.run)?,
            software: store.software(run.run)?,
            last: run.clone(),
            run: Some(run),
            max_age: None,
        })
    }

    /// For a list with the same machines as a run: that run, with the new list's columns. For any
    /// other list: what the store knows about its machines.
    fn of_list(
        store: &Store,
        last: RunRecord,
        inventory: Inventory,
        config: &Config,
    ) -> Result<Self, RunError> {
        let run = store.run_of_fleet(last.service_number, &inventory)?;
        let software = run.as_ref().map(|run| store.software(run.run));
        Ok(Self {
            software: software.transpose()?.flatten(),
            run,
            inventory,
            last,
            max_age: match config.store.reuse {
                Reuse::Answers(max_age) => Some(max_age),
                _ => None,
            },
        })
    }

    /// The figures of the machines, from the store.
    pub(crate) fn aggregate(
        &self,
        answers: &Snapshot,
        config: &Config,
        started: &ZonedDateTime,
        criteria: &Criteria,
    ) -> Result<Fleet, RunError> {
        let now = started.timestamp();
        let (record, software) = (self.record(now), self.software.as_ref());
        let sources = self.sources(answers, config, started);
        let fleet = sources.fleet(&record, criteria, software, |outcome| {
            self.for_each_outcome(answers, now, outcome)
        });
        Ok(fleet?)
    }

    /// Passes on the outcomes that are recent enough.
    pub(super) fn for_each_outcome(
        &self,
        store: &Snapshot,
        now: Timestamp,
        record: &mut dyn FnMut(Outcome, AnswerRef),
    ) -> Result<(), StoreError> {
        let mut record = |outcome: Outcome, answer| {
            if self.is_recent(&outcome, now) {
                record(outcome, answer);
            }
        };
        match &self.run {
            Some(run) => store.for_each_outcome(run.run, &mut record),
            None => store.with_store(|store| self.for_each_of_other_list(store, &mut record)),
        }
    }

    /// The census of the run, if it has one.
    pub(super) fn census(&self, store: &Snapshot) -> Result<Option<Census>, StoreError> {
        let run = self.run.as_ref();
        let census = run.map(|run| store.with_store(|store| store.census(run.run)));
        Ok(census.transpose()?.flatten())
    }

    /// The comparison of the run with a second source, if it has one.
    pub(super) fn cross_check(&self, store: &Snapshot) -> Result<Option<CrossCheck>, StoreError> {
        let run = self.run.as_ref();
        let check = run.map(|run| store.with_store(|store| store.cross_check(run.run)));
        Ok(check.transpose()?.flatten())
    }

    /// The bulk source of the run's answers, if it had one.
    pub(super) fn bulk(&self, store: &Snapshot) -> Result<Option<BulkReading>, StoreError> {
        let run = self.run.as_ref();
        let bulk = run.map(|run| store.with_store(|store| store.bulk(run.run)));
        Ok(bulk.transpose()?.flatten())
    }

    /// How the run selected the machines to request; `None` if it requested all.
    pub(super) fn selection(&self, store: &Snapshot) -> Result<Option<CallSelection>, StoreError> {
        let run = self.run.as_ref();
        let selection = run.map(|run| store.with_store(|store| store.selection(run.run)));
        Ok(selection.transpose()?.flatten())
    }

    fn is_recent(&self, outcome: &Outcome, now: Timestamp) -> bool {
        match (&outcome.result, self.max_age) {
            (Ok(answer), Some(max_age)) => {
                now.duration_since(answer.as_of).unsigned_abs() <= max_age
            }
            _ => true,
        }
    }

    /// Passes on each machine's last answer, or else its failure in the last run.
    fn for_each_of_other_list(
        &self,
        store: &Store,
        record: &mut dyn FnMut(Outcome, AnswerRef),
    ) -> Result<(), StoreError> {
        let machines = self.inventory.machines.iter().map(|machine| machine.id);
        store.for_each_last_answer(self.last.service_number, machines, record)?;
        store.for_each_outcome(self.last.run, &mut |outcome, answer| {
            if outcome.result.is_err() {
                record(outcome, answer);
            }
        })
    }

    /// The data for the reports.
    pub(crate) fn data<'run>(
        &'run self,
        answers: &'run Snapshot,
        fleet: Fleet,
        config: &'run Config,
        started: &'run ZonedDateTime,
    ) -> RunData<'run> {
        let sources = self.sources(answers, config, started);
        let record = self.record(started.timestamp());
        let ended = record.ended;
        RunData {
            run: self.run.as_ref().map(|run| run.run),
            software: self.software.clone(),
            ..RunData::new(sources, fleet, record, |is_enough| {
                RunOutcome::rerendered(ended, is_enough)
            })
        }
    }

    fn sources<'run>(
        &'run self,
        answers: &'run Snapshot,
        config: &'run Config,
        started: &'run ZonedDateTime,
    ) -> Sources<'run> {
        Sources {
            config,
            time_zone: started.time_zone(),
            inventory: &self.inventory,
            answers,
            kept: answers,
        }
    }

    /// The record of the run. Another list is presented as if collected now.
    fn record(&self, now: Timestamp) -> RunRecord {
        self.run.clone().unwrap_or_else(|| RunRecord {
            started_at: now,
            finished_at: Some(now),
            ended: None,
            requests: Requests::default(),
            rechecked: Accuracy::default(),
            ..self.last.clone()
        })
    }
}
