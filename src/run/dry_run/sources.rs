//! Estimates the calls of a run that does not request every machine, from the store: the software
//! inventory and the products with missing KBs of an earlier run.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::{
    collect::selective::{
        Candidate, ContentId, Inputs, LastAnswer, NewestKbs, Policy, RelevantSoftware, Selector,
        SoftwareKey,
    },
    config::AnswerSource,
    domain::{kb::MissingKbs, machine::MachineId, software::SoftwareInventory, text::thousands},
    run::{RunInput, selective::groups},
    store::{Store, StoreError},
};

/// The sources that do not request every machine.
const SOURCES: [AnswerSource; 3] = [
    AnswerSource {
        changes: true,
        ..AnswerSource::CALLS
    },
    AnswerSource {
        cohorts: true,
        ..AnswerSource::CALLS
    },
    AnswerSource {
        changes: true,
        cohorts: true,
        bulk: None,
    },
];

/// The data for estimating the calls of a source.
pub(super) struct Estimates {
    machines: Vec<MachineId>,
    software: SoftwareInventory,
    /// The software at the time of the machines' last answers.
    then: SoftwareInventory,
    products: BTreeSet<String>,
    newest: NewestKbs,
    answered: HashMap<MachineId, Timestamp>,
    now: Timestamp,
}

impl Estimates {
    /// Reads the data; `None` if no earlier run has requested it.
    pub(super) fn read(
        input: RunInput<'_>,
        store: &Store,
        service: i64,
    ) -> Result<Option<Self>, StoreError> {
        let Some(run) = store.run_with_latest_software(service)? else {
            return Ok(None);
        };
        let software = store.software(run)?;
        let products = store.census_products(service)?;
        let Some(software) = software.as_ref().and_then(|it| it.inventory()) else {
            return Ok(None);
        };
        if products.is_empty() {
            return Ok(None);
        }
        let machines: Vec<MachineId> = input.inventory.machines.iter().map(|it| it.id).collect();
        let mut answered = HashMap::new();
        let ids = machines.iter().copied();
        store.for_each_last_answer(service, ids, &mut |outcome, _| {
            if let Ok(answer) = &outcome.result {
                answered.insert(outcome.machine, answer.as_of);
            }
        })?;
        Ok(Some(Self {
            software: software.clone(),
            then: store.software_at_last_answers(service, machines.iter().copied())?,
            products,
            newest: store.newest_census_kbs(service)?,
            answered,
            now: input.started.timestamp(),
            machines,
        }))
    }

    /// The number of calls of a source, provided that the machines of each group agree.
    pub(super) fn calls(&self, source: AnswerSource, input: RunInput<'_>) -> u64 {
        self.selector(source, input).least_requests() as u64
    }

    /// The calls of each source, and how many groups of machines with the same software there are.
    pub(super) fn sentence(&self, input: RunInput<'_>) -> String {
        let calls =
            SOURCES.map(|source| format!("{source} {}", thousands(self.calls(source, input))));
        format!(
            "{}; software of {}, {}",
            calls.join(", "),
            self.software.generated_at.strftime("%Y-%m-%d"),
            groups::described(&self.software, &self.products)
        )
    }

    fn selector(&self, source: AnswerSource, input: RunInput<'_>) -> Selector {
        let settings = input.config.source;
        let mut selector = Selector::new(Policy {
            by_software: true,
            keeps: source.changes,
            infers: source.cohorts,
            recheck_kept: settings.recheck_kept.get(),
            recheck_inferred: settings.recheck_inferred.get(),
            max_missed: settings.max_missed.get(),
            seed: 0,
            now: self.now,
        });
        let mut relevant = RelevantSoftware::new(&self.products);
        let keys = relevant.keys(&self.software);
        let earlier = relevant.keys(&self.then);
        let content = selector.content(&MissingKbs::default());
        let candidates = self.machines.iter();
        let candidates = candidates.map(|machine| self.candidate(*machine, content, &earlier));
        let inputs = Inputs {
            software: &self.software,
            keys: &keys,
            newest_kbs: &self.newest,
            control: None,
        };
        selector.start(candidates.collect(), inputs);
        selector
    }

    fn candidate(&self, machine: MachineId, content: ContentId, then: &[SoftwareKey]) -> Candidate {
        let key = |machine| then.get(self.then.set_of(machine)? as usize).copied();
        let last = |as_of: &Timestamp| LastAnswer {
            as_of: *as_of,
            content,
            software: key(machine),
        };
        Candidate {
            machine,
            last_seen: None,
            software: self.software.set_of(machine),
            last: self.answered.get(&machine).map(last),
            named: false,
            came_back: false,
        }
    }
}
