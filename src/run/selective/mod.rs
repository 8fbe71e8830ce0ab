//! Before collecting: decides which machines have to be requested, if not all. If the required data
//! is unavailable, every machine is requested, and the reports say why.
//!
//! - `named`: the machines that the service itself names as changed
//! - `candidates`: what is known about each machine before the first call
//! - `selection`: what the other phases need of the decision
//! - `groups`: the number of groups of machines with the same software

mod candidates;
pub(crate) mod groups;
mod named;
pub(super) mod selection;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;
use parking_lot::Mutex;
use tracing::warn;

use self::{
    candidates::CandidateData,
    named::named,
    selection::{RequestedMachines, Selection},
};
use super::{
    RunError,
    census::{fetch_census, record_kbs},
    prepare::{Prepared, Setup},
};
use crate::{
    collect::{
        census::ServiceCensus,
        selective::{
            Candidate, ControlTotals, Inputs, LastAnswer, Policy, RelevantSoftware, Selector,
            SoftwareKey,
        },
    },
    config::ChangesFrom,
    defender::Session,
    domain::{
        call_selection::CallSelection, kb::KbId, machine::MachineId, software::SoftwareInventory,
        text::chain,
    },
    inventory::ListComparison,
    store::{RunRecord, StartedRun, Store, StoreError},
};

/// Why every machine has to be requested, as worded in the reports.
type Obstacle = String;

/// Decides which machines are requested, if not all.
pub(super) async fn select(prepared: &Prepared<'_>) -> Result<RequestedMachines, RunError> {
    let Ok(session) = &prepared.session else {
        return Ok(RequestedMachines::Every);
    };
    let requested = if prepared
        .setup
        .input
        .config
        .source
        .answers
        .is_every_machine()
    {
        RequestedMachines::Every
    } else {
        let selected = selection(prepared, session).await;
        selected.map_or_else(
            |because| every_machine(&prepared.setup, because),
            RequestedMachines::Selected,
        )
    };
    let run = prepared.started.record.run;
    let result = requested.result();
    prepared.store.lock().set_selection(run, result.as_ref())?;
    Ok(requested)
}

/// Requests every machine, and warns why; without the warning if the run is being interrupted.
fn every_machine(setup: &Setup<'_>, because: Obstacle) -> RequestedMachines {
    if setup.input.stops.gentle.is_cancelled() {
        return RequestedMachines::Every;
    }
    warn!("Every machine is queried: {because}");
    RequestedMachines::EveryBecause(CallSelection {
        source: setup.input.config.source.answers.to_string(),
        everyone_because: Some(because),
        ..CallSelection::default()
    })
}

async fn selection(prepared: &Prepared<'_>, session: &Session) -> Result<Selection, Obstacle> {
    let Prepared {
        setup,
        started,
        store,
        ..
    } = prepared;
    let software = match &setup.software {
        Some(software) => software.inventory().ok_or_else(|| {
            let because = software.missing_because().unwrap_or_default();
            format!("the software inventory is missing: {because}")
        })?,
        None => return Err("the software inventory was not requested".to_owned()),
    };
    let census = fetch_census(setup, store, session, &BTreeSet::new()).await;
    let census =
        census.map_err(|problem| format!("the service's own count is missing: {problem}"))?;
    let named = named(prepared, session).await;
    let named =
        named.map_err(|problem| format!("the changed machines are not known: {problem}"))?;
    let mut store = store.lock();
    record_kbs(&mut store, &started.record, &census);
    let known = Known {
        setup,
        started,
        store: &store,
        software,
        census: &census,
        named: named.machines.as_ref(),
    };
    let named_on_list = known.named_on_list();
    let selector = known.selector().map_err(|problem| chain(&problem))?;
    Ok(Selection {
        selector: Arc::new(Mutex::new(selector)),
        census,
        source: setup.input.config.source.answers,
        named: named_on_list,
        watermark: named.watermark,
    })
}

/// What is known before the first call for a machine.
struct Known<'run> {
    setup: &'run Setup<'run>,
    started: &'run StartedRun,
    store: &'run Store,
    software: &'run SoftwareInventory,
    census: &'run ServiceCensus,
    named: Option<&'run HashSet<MachineId, RandomState>>,
}

impl Known<'_> {
    /// The number of machines on the list that the service names as changed.
    fn named_on_list(&self) -> Option<u64> {
        let named = self.named?;
        let machines = self.started.machines.iter();
        Some(machines.filter(|it| named.contains(&it.machine)).count() as u64)
    }

    fn selector(&self) -> Result<Selector, StoreError> {
        let comparison = self.comparison()?;
        let relevant = self.relevant_products();
        let mut keys = RelevantSoftware::new(&relevant);
        let keys_tonight = keys.keys(self.software);
        let then = self.software_then()?;
        let earlier = keys.keys(&then);
        let key_then = |machine| earlier.get(then.set_of(machine)? as usize).copied();
        let mut selector = Selector::new(self.policy());
        let last = self.last_answers(&mut selector, &key_then)?;
        let newest = self.store.newest_census_kbs(self.record().service_number)?;
        let inputs = Inputs {
            software: self.software,
            keys: &keys_tonight,
            newest_kbs: &newest,
            control: Some(self.control_totals(comparison.as_ref())?),
        };
        let gone = comparison.map_or_else(Vec::new, |it| it.not_in_service);
        selector.start(self.candidates(&last, &gone)?, inputs);
        self.record_earlier_answers(&mut selector)?;
        Ok(selector)
    }

    fn record(&self) -> &RunRecord {
        &self.started.record
    }

    fn policy(&self) -> Policy {
        let source = self.setup.input.config.source;
        let by_software = source.changes_from != ChangesFrom::Delta;
        Policy {
            // If the changes are unknown, no answer can be kept because of them.
            keeps: source.answers.changes && (by_software || self.named.is_some()),
            by_software,
            infers: source.answers.cohorts,
            recheck_kept: source.recheck_kept.get(),
            recheck_inferred: source.recheck_inferred.get(),
            max_missed: source.max_missed.get(),
            seed: self.record().run.0,
            now: self.setup.input.started.timestamp(),
        }
    }

    /// The products whose versions decide which KBs a machine misses. Includes the products that
    /// were not counted, because they may be among them.
    fn relevant_products(&self) -> BTreeSet<String> {
        let with_kbs = self
            .census
            .products
            .iter()
            .filter(|(_, kbs)| !kbs.is_empty());
        let uncounted = self.census.left_out.iter().map(|it| it.product.clone());
        with_kbs
            .map(|(product, _)| product.clone())
            .chain(uncounted)
            .collect()
    }

    /// The software of the machines at the time of their last answers.
    fn software_then(&self) -> Result<SoftwareInventory, StoreError> {
        let machines = self.started.machines.iter().map(|it| it.machine);
        let service = self.record().service_number;
        self.store.software_at_last_answers(service, machines)
    }

    /// The machines' last answers before this run, each with the key of the machine's software at
    /// the time.
    fn last_answers(
        &self,
        selector: &mut Selector,
        key_then: &dyn Fn(MachineId) -> Option<SoftwareKey>,
    ) -> Result<HashMap<MachineId, LastAnswer>, StoreError> {
        let mut last = HashMap::new();
        let machines = self.started.machines.iter().map(|it| it.machine);
        let service = self.record().service_number;
        self.store
            .for_each_last_answer(service, machines, &mut |outcome, _| {
                if let Ok(answer) = &outcome.result {
                    let answer = LastAnswer {
                        as_of: answer.as_of,
                        content: selector.content(&answer.missing),
                        software: key_then(outcome.machine),
                    };
                    last.insert(outcome.machine, answer);
                }
            })?;
        Ok(last)
    }

    fn candidates(
        &self,
        last: &HashMap<MachineId, LastAnswer>,
        gone: &[MachineId],
    ) -> Result<Vec<Candidate>, StoreError> {
        let silent_at_last_run = if self.setup.input.config.source.answers.changes {
            self.store.silent_before(self.record().run)?
        } else {
            HashSet::new()
        };
        let data = CandidateData {
            list: self.setup.input.inventory,
            software: self.software,
            gone,
            named: self.named,
            silent_at_last_run: &silent_at_last_run,
            now: self.setup.input.started.timestamp(),
        };
        let last = |machine| last.get(&machine).copied();
        Ok(data.candidates(&self.started.machines, last))
    }

    /// Records the answers that earlier sessions of this run have stored.
    fn record_earlier_answers(&self, selector: &mut Selector) -> Result<(), StoreError> {
        self.store
            .for_each_outcome(self.record().run, &mut |outcome, _| {
                if outcome.result.is_ok() {
                    selector.record(&outcome);
                }
            })
    }

    fn control_totals(
        &self,
        comparison: Option<&ListComparison>,
    ) -> Result<ControlTotals, StoreError> {
        let fetched = self.setup.input.inventory.fetched.as_ref();
        let is_whole = fetched.map(|it| it.is_whole);
        Ok(ControlTotals {
            service: self.census.products.clone(),
            is_whole: is_whole.unwrap_or_else(|| comparison.is_some_and(|it| it.unlisted() == 0)),
            usual: self.usual_differences()?,
        })
    }

    /// The comparison of the list with the service's own, if it was requested.
    fn comparison(&self) -> Result<Option<ListComparison>, StoreError> {
        let list = self.setup.input.inventory;
        let service = self.store.service_list(self.record().run)?;
        let service = service.and_then(Result::ok);
        Ok(service.map(|it| ListComparison::of(list, it)))
    }

    /// How many machines more the service counted at the last run: such a difference is not a new
    /// one.
    fn usual_differences(&self) -> Result<BTreeMap<(String, KbId), i64>, StoreError> {
        if !self.setup.input.config.source.answers.changes {
            return Ok(BTreeMap::new());
        }
        let census = self.store.last_census(self.record().run)?;
        let rows = census.into_iter().flat_map(|it| it.rows);
        let differences = rows.map(|row| {
            let difference = row.difference();
            ((row.product, row.kb), difference)
        });
        Ok(differences.collect())
    }
}
