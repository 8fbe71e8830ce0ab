//! The rounds of a run.

use std::collections::BTreeSet;

use super::{
    cohort::Cohort,
    consensus::{Consensus, LEADERS},
    contents::{ContentId, Contents},
    control::ControlTotals,
    machine::{Candidate, Role},
    population::Population,
    recheck,
    round::{Inference, Inputs, Policy, Round, RoundReason},
    suspects::{Suspects, tolerance},
};
use crate::domain::{
    accuracy::Accuracy, call_selection::AnnouncedChanges, kb::MissingKbs, machine::MachineId,
    outcome::Outcome,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    First,
    Settle,
    /// Differences to control totals that are too large to wait for the sample.
    ControlFirst,
    Sample,
    Measure,
    SettleAgain,
    Control,
    Done,
}

/// Selects the machines to request, round by round.
#[derive(Debug)]
pub struct Selector {
    policy: Policy,
    population: Population,
    contents: Contents,
    control: Option<ControlTotals>,
    /// Cohorts in which machines were already requested because of control totals.
    controlled: BTreeSet<u32>,
    phase: Phase,
    kept: Accuracy,
    inferred: Accuracy,
    /// Whether every machine is requested because of the sample.
    missed_too_many: bool,
}

impl Selector {
    /// A selector without machines. What is known about machines refers to its [contents](Self::content), so
    /// it is created first, and then [started](Self::start).
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            population: Population::default(),
            contents: Contents::default(),
            control: None,
            controlled: BTreeSet::new(),
            phase: Phase::First,
            kept: Accuracy::default(),
            inferred: Accuracy::default(),
            missed_too_many: false,
        }
    }

    /// The content of an answer.
    pub fn content(&mut self, missing: &MissingKbs) -> ContentId {
        self.contents.id(missing)
    }

    /// Divides the machines into those whose answers are kept and the cohorts of the others.
    pub fn start(&mut self, machines: Vec<Candidate>, inputs: Inputs<'_>) {
        self.population = Population::new(machines, &inputs, &self.policy);
        self.control = inputs.control;
    }

    /// Records the result of a request.
    pub fn record(&mut self, outcome: &Outcome) {
        self.population.record(outcome, &mut self.contents);
    }

    /// The machines to request next; `None` if all other answers can be kept or inferred.
    pub fn next_round(&mut self) -> Option<Round> {
        loop {
            let (phase, round) = self.step();
            self.phase = phase;
            let round = round.filter(|round| !round.machines.is_empty());
            if round.is_some() || phase == Phase::Done {
                return round;
            }
        }
    }

    /// The next phase, and the machines to request before it.
    fn step(&mut self) -> (Phase, Option<Round>) {
        match self.phase {
            Phase::First => {
                let leaders = self.leaders();
                (
                    Phase::Settle,
                    Some(self.request(leaders, Role::Member, RoundReason::First)),
                )
            }
            Phase::Settle | Phase::SettleAgain => self.settle(),
            Phase::Sample => {
                let sample = self.sample();
                (
                    Phase::Measure,
                    Some(self.request(sample, Role::Sample, RoundReason::Recheck)),
                )
            }
            Phase::Measure => self.measure(),
            Phase::ControlFirst => self.control_first(),
            Phase::Control => self.control(),
            Phase::Done => (Phase::Done, None),
        }
    }

    fn request(&mut self, indexes: Vec<u32>, role: Role, why: RoundReason) -> Round {
        let machines = self.population.request(indexes, role);
        Round { machines, why }
    }

    /// All machines of the small cohorts, and the first ones of the others.
    fn leaders(&self) -> Vec<u32> {
        let machines = self.population.machines();
        let leaders = |cohort: &Cohort| match cohort.consensus(machines, false) {
            _ if cohort.is_small() => cohort.members.clone(),
            Consensus::Request(more) => cohort.waiting(machines).take(more).collect(),
            Consensus::Settled(_) | Consensus::None => Vec::new(),
        };
        self.population.cohorts.iter().flat_map(leaders).collect()
    }

    /// Requests more machines of the cohorts that disagree.
    fn settle(&mut self) -> (Phase, Option<Round>) {
        let with_sample = self.phase == Phase::SettleAgain;
        let machines = self.population.machines();
        let mut more = Vec::new();
        for cohort in self.population.cohorts.iter().filter(|it| !it.is_small()) {
            let waiting = cohort.waiting(machines);
            match cohort.consensus(machines, with_sample) {
                Consensus::Request(count) => more.extend(waiting.take(count)),
                Consensus::None => more.extend(waiting),
                Consensus::Settled(_) => {}
            }
        }
        match (more.is_empty(), with_sample) {
            (true, false) => (Phase::ControlFirst, None),
            (true, true) => (Phase::Control, None),
            (false, _) => (
                self.phase,
                Some(self.request(more, Role::Member, RoundReason::Disagreement)),
            ),
        }
    }

    fn sample(&self) -> Vec<u32> {
        let (mut kept, mut inferred) = (Vec::new(), Vec::new());
        for index in self.population.waiting() {
            let is_kept = self.population.at(index).cohort.is_none();
            if is_kept { &mut kept } else { &mut inferred }.push(index);
        }
        let id = |index: &u32| self.population.at(*index).candidate.machine;
        let age = |index: &u32| self.population.at(*index).candidate.age();
        let mut sample = recheck::oldest(kept, self.policy.recheck_kept, age);
        let Policy {
            recheck_inferred,
            seed,
            ..
        } = self.policy;
        sample.extend(recheck::random(inferred, recheck_inferred, seed, id));
        sample
    }

    /// Compares the sample with the assumed answers of its machines, and requests every machine if too many
    /// were wrong.
    fn measure(&mut self) -> (Phase, Option<Round>) {
        let assumed = self.population.settled(false);
        let machines = self.population.machines().iter();
        for machine in machines.filter(|it| it.role == Some(Role::Sample)) {
            let (measured, assumed) = match machine.cohort {
                Some(cohort) => (&mut self.inferred, assumed[cohort as usize]),
                None => (&mut self.kept, machine.candidate.last.map(|it| it.content)),
            };
            if let (Some(assumed), Some(content)) = (assumed, machine.content()) {
                measured.machines += 1;
                measured.differed += u64::from(content != assumed);
            }
        }
        let accuracy = self.accuracy();
        if accuracy.at_least() * 100.0 <= self.policy.max_missed {
            return (Phase::SettleAgain, None);
        }
        let all = self.population.waiting().collect();
        self.missed_too_many = true;
        let why = RoundReason::TooManyMissed(accuracy);
        (Phase::Done, Some(self.request(all, Role::Member, why)))
    }

    /// Requests machines if the service's count differs by more than the allowed share of wrong answers
    /// explains. Such a difference says more than the sample, so it does not wait for it.
    fn control_first(&mut self) -> (Phase, Option<Round>) {
        match self.suspects(false, self.policy.max_missed / 100.0) {
            Some(round) => (Phase::Settle, Some(round)),
            None => (Phase::Sample, None),
        }
    }

    /// Requests machines if the sample does not explain a difference to the service's count.
    fn control(&mut self) -> (Phase, Option<Round>) {
        match self.suspects(true, self.inferred.at_most()) {
            Some(round) => (Phase::SettleAgain, Some(round)),
            None => (Phase::Done, None),
        }
    }

    /// Requests machines whose answers may explain a difference to the service's count; `None` if there are
    /// none, or if this share of wrong answers explains the difference.
    fn suspects(&mut self, with_sample: bool, bound: f64) -> Option<Round> {
        let totals = self.control.as_ref()?;
        let settled = self.population.settled(with_sample);
        let tally = self.population.tally(&settled);
        let is_before_sample = !with_sample;
        let tolerance =
            |product: &str| tolerance(&self.population, product, bound, is_before_sample);
        let differences = totals.differences(&self.contents, &tally, tolerance);
        let suspects = Suspects {
            population: &self.population,
            contents: &self.contents,
            settled: &settled,
            controlled: &self.controlled,
            is_before_sample,
        };
        let (indexes, named) = suspects.of(differences);
        if indexes.is_empty() {
            return None;
        }
        let cohorts = indexes
            .iter()
            .filter_map(|it| self.population.at(*it).cohort);
        self.controlled.extend(cohorts);
        let why = RoundReason::ControlTotals(named);
        Some(self.request(indexes, Role::Member, why))
    }

    /// Whether a machine has an answer in this run.
    pub fn is_answered(&self, machine: MachineId) -> bool {
        self.population.is_answered(machine)
    }

    /// The result of the sample.
    pub fn accuracy(&self) -> Accuracy {
        self.kept.plus(self.inferred)
    }

    /// Whether every machine is requested, because the sample shows that too many answers are wrong.
    pub const fn missed_too_many(&self) -> bool {
        self.missed_too_many
    }

    /// The number of machines that are requested if each cohort agrees. Only valid after
    /// [`start`](Self::start).
    pub fn least_requests(&self) -> usize {
        let sizes = || self.population.cohorts.iter().map(|it| it.members.len());
        let leaders: usize = sizes().map(|size| size.min(LEADERS)).sum();
        let due: usize = sizes().sum();
        let kept = self.population.machines().len() - due;
        leaders
            + recheck::sample_size(kept, self.policy.recheck_kept)
            + recheck::sample_size(due - leaders, self.policy.recheck_inferred)
    }

    /// The number of cohorts of the machines whose last answers could not be kept.
    pub fn cohorts(&self) -> usize {
        self.population.cohorts.len()
    }

    /// How many of the machines that turned out to have changed each source of change information had
    /// announced.
    pub fn announced(&self) -> AnnouncedChanges {
        self.population.announced()
    }

    /// The machines whose last answers are kept.
    pub fn kept(&self) -> impl Iterator<Item = MachineId> {
        self.population.kept()
    }

    /// The answers inferred from those of other machines.
    pub fn inferences(&self) -> Vec<Inference> {
        self.population.inferences(&self.contents)
    }
}
