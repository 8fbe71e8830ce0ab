//! All machines of a run, by cohort and by product.

use std::{collections::HashMap, mem};

use jiff::Timestamp;

use super::{
    changed::{NewestKbs, Situation, due},
    cohort::{Cohort, cohorts},
    consensus::Consensus,
    contents::{ContentId, Contents},
    control::Tally,
    machine::{Candidate, Machine, Reply, Role},
    relevant::SoftwareKey,
    round::{Inference, Inputs, Policy},
};
use crate::domain::{
    answer::Answer, call_selection::AnnouncedChanges, machine::MachineId, outcome::Outcome,
    software::SoftwareInventory,
};

/// All machines of a run. Other structures refer to a machine by its index here.
#[derive(Debug, Default)]
pub(super) struct Population {
    /// Sorted by id.
    machines: Vec<Machine>,
    /// The cohorts of the machines whose last answers cannot be kept: the largest first.
    pub(super) cohorts: Vec<Cohort>,
    /// The indexes of the machines with each product.
    products: HashMap<Box<str>, Vec<u32>>,
}

impl Population {
    /// Divides the machines into those whose answers are kept and the cohorts of the others.
    pub(super) fn new(
        mut candidates: Vec<Candidate>,
        inputs: &Inputs<'_>,
        policy: &Policy,
    ) -> Self {
        candidates.sort_by_key(|it| it.machine);
        let newest = newest_by_set(inputs.software, inputs.newest_kbs);
        let key = |it: &Candidate| inputs.keys.get(it.software? as usize).copied();
        let machine = |candidate: Candidate| Machine {
            key: key(&candidate),
            by_software: changed_by_software(&candidate, key(&candidate), &newest, policy),
            candidate,
            cohort: None,
            role: None,
            reply: None,
        };
        let mut machines: Vec<Machine> = candidates.into_iter().map(machine).collect();
        let due = (0..)
            .zip(&machines)
            .filter(|(_, it)| is_due(it, policy, &newest));
        let due = due.map(|(index, _)| index).collect();
        let cohorts = cohorts(&machines, due, !policy.infers);
        for (number, cohort) in (0..).zip(&cohorts) {
            for index in &cohort.members {
                machines[*index as usize].cohort = Some(number);
            }
        }
        Self {
            products: by_product(inputs.software, &machines),
            machines,
            cohorts,
        }
    }

    pub(super) fn at(&self, index: u32) -> &Machine {
        &self.machines[index as usize]
    }

    pub(super) fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// Records the result of a request.
    pub(super) fn record(&mut self, outcome: &Outcome, contents: &mut Contents) {
        let reply = match &outcome.result {
            Ok(answer) => Reply::Answered(contents.id(&answer.missing), answer.as_of),
            Err(_) => Reply::Failed,
        };
        let sought = outcome.machine;
        let found = self
            .machines
            .binary_search_by_key(&sought, |it| it.candidate.machine);
        if let Ok(index) = found {
            self.machines[index].reply = Some(reply);
        }
    }

    /// How many of the machines that turned out to have changed each source of change information had
    /// announced.
    pub(super) fn announced(&self) -> AnnouncedChanges {
        let mut announced = AnnouncedChanges::default();
        for machine in &self.machines {
            let last = machine.candidate.last.map(|it| it.content);
            let changed = machine
                .content()
                .is_some_and(|now| last.is_some_and(|then| then != now));
            if changed {
                announced.changed += 1;
                announced.named += u64::from(machine.candidate.named);
                announced.by_software += u64::from(machine.by_software);
            }
        }
        announced
    }

    /// Whether a machine was answered.
    pub(super) fn is_answered(&self, machine: MachineId) -> bool {
        let found = self
            .machines
            .binary_search_by_key(&machine, |it| it.candidate.machine);
        found.is_ok_and(|index| self.machines[index].content().is_some())
    }

    /// Marks machines as requested, and returns those that no earlier process has requested.
    pub(super) fn request(&mut self, indexes: Vec<u32>, role: Role) -> Vec<MachineId> {
        let mut ids = Vec::new();
        for index in indexes {
            let machine = &mut self.machines[index as usize];
            machine.role = Some(role);
            if machine.reply.is_none() {
                ids.push(machine.candidate.machine);
            }
        }
        ids
    }

    /// The machines that were not requested.
    pub(super) fn waiting(&self) -> impl Iterator<Item = u32> {
        let indexes = (0..).zip(&self.machines);
        let waiting = indexes.filter(|(_, machine)| machine.role.is_none());
        waiting.map(|(index, _)| index)
    }

    /// The machines with a product that were not requested.
    pub(super) fn waiting_with(&self, product: &str) -> impl Iterator<Item = u32> {
        let indexes = self.products.get(product).into_iter().flatten().copied();
        indexes.filter(|index| self.at(*index).role.is_none())
    }

    /// The inferred answer of each cohort, if its members agree.
    pub(super) fn settled(&self, with_sample: bool) -> Vec<Option<ContentId>> {
        let settled = |cohort: &Cohort| match cohort.consensus(&self.machines, with_sample) {
            Consensus::Settled(content) => Some(content),
            Consensus::Request(_) | Consensus::None => None,
        };
        self.cohorts.iter().map(settled).collect()
    }

    /// Counts the machines by their answer, actual or assumed.
    pub(super) fn tally(&self, settled: &[Option<ContentId>]) -> Tally {
        let mut tally = Tally::default();
        for machine in &self.machines {
            let last = machine.candidate.last.map(|it| it.content);
            let assumed = match machine.cohort {
                _ if machine.role.is_some() => machine.content(),
                Some(cohort) => settled[cohort as usize],
                None => last,
            };
            match (assumed, last) {
                (Some(content), _) => *tally.answered.entry(content).or_default() += 1,
                (None, Some(last)) => *tally.not_answered.entry(last).or_default() += 1,
                (None, None) => {}
            }
        }
        tally
    }

    /// The machines whose last answers are kept.
    pub(super) fn kept(&self) -> impl Iterator<Item = MachineId> {
        let is_kept =
            |it: &&Machine| it.role.is_none() && it.cohort.is_none() && it.reply.is_none();
        let kept = self.machines.iter().filter(is_kept);
        kept.map(|it| it.candidate.machine)
    }

    /// The answers inferred from those of other machines.
    pub(super) fn inferences(&self, contents: &Contents) -> Vec<Inference> {
        let mut inferences = Vec::new();
        for (cohort, content) in self.cohorts.iter().zip(self.settled(true)) {
            let origin = content.and_then(|content| self.origin(cohort, content, contents));
            let Some(answer) = origin else { continue };
            let waiting = cohort.waiting(&self.machines).map(|index| self.at(index));
            let inferred = waiting.filter(|it| it.reply.is_none());
            inferences.extend(inferred.map(|it| Inference {
                machine: it.candidate.machine,
                answer: answer.clone(),
            }));
        }
        inferences
    }

    /// An actual answer with this content, of the first member that has one.
    fn origin(&self, cohort: &Cohort, content: ContentId, contents: &Contents) -> Option<Answer> {
        let missing = contents.missing(content)?;
        let mut members = cohort.machines(&self.machines);
        members.find_map(|machine| match machine.reply {
            Some(Reply::Answered(found, as_of)) if found == content => {
                let from = machine.candidate.machine;
                Some(Answer::inferred(from, as_of, missing.clone()))
            }
            _ => None,
        })
    }
}

fn is_due(machine: &Machine, policy: &Policy, newest: &[Option<Timestamp>]) -> bool {
    let situation = situation(&machine.candidate, machine.key, newest, policy);
    !policy.keeps || due(&situation).is_some()
}

/// Whether the software of a machine with an earlier answer indicates that it may have changed.
fn changed_by_software(
    candidate: &Candidate,
    key: Option<SoftwareKey>,
    newest: &[Option<Timestamp>],
    policy: &Policy,
) -> bool {
    let situation = Situation {
        named: false,
        by_software: true,
        ..situation(candidate, key, newest, policy)
    };
    due(&situation).is_some()
}

fn situation(
    candidate: &Candidate,
    key: Option<SoftwareKey>,
    newest: &[Option<Timestamp>],
    policy: &Policy,
) -> Situation {
    Situation {
        last: candidate.last,
        came_back: candidate.came_back,
        named: candidate.named,
        by_software: policy.by_software,
        software: key,
        newest_kb: candidate.software.and_then(|set| newest[set as usize]),
        now: policy.now,
    }
}

/// For each software set: the time at which a KB was most recently listed for one of its products for the
/// first time.
fn newest_by_set(software: &SoftwareInventory, newest: &NewestKbs) -> Vec<Option<Timestamp>> {
    let of_set = |set| {
        let products = software.versions_of(set).map(|it| &it.product);
        products
            .filter_map(|product| newest.get(product))
            .max()
            .copied()
    };
    software.sets.iter().map(of_set).collect()
}

/// The indexes of the machines with each product.
fn by_product(software: &SoftwareInventory, machines: &[Machine]) -> HashMap<Box<str>, Vec<u32>> {
    let mut by_set: Vec<Vec<u32>> = vec![Vec::new(); software.sets.len()];
    for (index, machine) in (0..).zip(machines) {
        if let Some(set) = machine.candidate.software {
            by_set[set as usize].push(index);
        }
    }
    let mut products: HashMap<Box<str>, Vec<u32>> = HashMap::new();
    for (set, indexes) in software.sets.iter().zip(&mut by_set) {
        let indexes = mem::take(indexes);
        let mut last = None;
        for version in software.versions_of(set) {
            if last != Some(&version.product) {
                let all = products.entry(version.product.clone()).or_default();
                all.extend(&indexes);
            }
            last = Some(&version.product);
        }
    }
    products
}
