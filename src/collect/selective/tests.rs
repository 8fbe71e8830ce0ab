//! Whole runs of the selector against a fleet whose true answers are known.

mod figures;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    accuracy::Accuracy,
    answer::{Answer, Source},
    kb::{KbId, MissingKb, MissingKbs},
    machine::MachineId,
    outcome::{Failure, Outcome, Reason},
    software::{ProductVersion, SoftwareInventory, SoftwareSet},
};

/// A fleet: each machine has a version of the only product, which determines its missing KBs, unless it is an
/// exception.
#[derive(Debug, Clone)]
struct Fleet {
    versions: Vec<u16>,
    exceptions: BTreeSet<usize>,
    /// Machines that never answer.
    silent: BTreeSet<usize>,
    /// Their answers at the last run, by the version that they had at that time.
    last: Vec<Option<u16>>,
}

fn id(number: usize) -> MachineId {
    let mut bytes = [0; 20];
    bytes[12..].copy_from_slice(&(number as u64).to_be_bytes());
    MachineId::from_bytes(bytes)
}

fn number(machine: MachineId) -> usize {
    usize::from_str_radix(&machine.to_string()[24..], 16).unwrap()
}

/// Version `n` misses KB `1000 + n`; an exception misses KB 1 as well.
fn missing(version: u16, exception: bool) -> MissingKbs {
    let ids = [Some(1000 + u32::from(version)), exception.then_some(1)];
    let kb = |id: u32| {
        Arc::new(MissingKb {
            id: KbId::new(&id.to_string()),
            name: None,
            products: vec!["os".into()],
            url: None,
            machine_missed_on: None,
            cve_addressed: 7,
            os_build: None,
            cves: None,
            unreadable: Box::default(),
        })
    };
    ids.into_iter().flatten().map(kb).collect()
}

fn night(number: i64) -> Timestamp {
    Timestamp::from_second(number * 86_400).unwrap()
}

impl Fleet {
    /// Cohorts of these sizes.
    fn of(sizes: &[usize]) -> Self {
        let versions = (0..)
            .zip(sizes)
            .flat_map(|(version, size)| vec![version; *size]);
        let versions: Vec<u16> = versions.collect();
        Self {
            last: vec![None; versions.len()],
            versions,
            exceptions: BTreeSet::new(),
            silent: BTreeSet::new(),
        }
    }

    fn truth(&self, machine: usize) -> MissingKbs {
        missing(self.versions[machine], self.exceptions.contains(&machine))
    }

    fn software(&self) -> SoftwareInventory {
        let most = self
            .versions
            .iter()
            .chain(self.last.iter().flatten())
            .max()
            .unwrap()
            + 1;
        let version = |number: u16| ProductVersion {
            product: "os".into(),
            version: format!("{number:05}").into(),
        };
        let set = |number: u16| SoftwareSet {
            versions: [number.into()].into(),
            ..SoftwareSet::default()
        };
        let machines = self.versions.iter().enumerate();
        SoftwareInventory {
            versions: (0..most).map(version).collect(),
            sets: (0..most).map(set).collect(),
            machines: machines
                .map(|(it, version)| (id(it), (*version).into()))
                .collect(),
            ..SoftwareInventory::default()
        }
    }

    /// The service's own count.
    fn census(&self) -> KbCounts {
        let mut kbs: BTreeMap<KbId, u64> = BTreeMap::new();
        for machine in 0..self.versions.len() {
            for kb in &self.truth(machine) {
                *kbs.entry(kb.id.clone()).or_default() += 1;
            }
        }
        [("os".to_owned(), kbs)].into()
    }
}

fn policy() -> Policy {
    Policy {
        by_software: true,
        keeps: false,
        infers: true,
        recheck_kept: 7.0,
        recheck_inferred: 2.0,
        max_missed: 100.0,
        seed: 1,
        now: night(10),
    }
}

/// A run to its end.
struct Ran {
    selector: Selector,
    requested: Vec<MachineId>,
    rounds: Vec<RoundReason>,
    /// The number of machines of each round.
    sizes: Vec<usize>,
}

impl Ran {
    fn of(fleet: &Fleet, policy: Policy, control: Option<ControlTotals>) -> Self {
        Self::resumed(fleet, policy, control, &[])
    }

    /// A run in which these machines have been requested by an earlier process.
    fn resumed(
        fleet: &Fleet,
        policy: Policy,
        control: Option<ControlTotals>,
        earlier: &[MachineId],
    ) -> Self {
        let products = ["os".to_owned()].into();
        let software = fleet.software();
        let keys = RelevantSoftware::new(&products).keys(&software);
        let mut selector = Selector::new(policy);
        let candidates = (0..fleet.versions.len()).map(|machine| Candidate {
            machine: id(machine),
            last_seen: None,
            software: Some(fleet.versions[machine].into()),
            last: fleet.last[machine].map(|version| LastAnswer {
                as_of: night(9),
                content: selector.content(&missing(version, false)),
                software: Some(keys[usize::from(version)]),
            }),
            named: false,
            came_back: false,
        });
        let candidates = candidates.collect();
        let inputs = Inputs {
            software: &software,
            keys: &keys,
            newest_kbs: &HashMap::new(),
            control,
        };
        selector.start(candidates, inputs);
        let mut ran = Self {
            selector,
            requested: Vec::new(),
            rounds: Vec::new(),
            sizes: Vec::new(),
        };
        for machine in earlier {
            ran.answer(fleet, *machine);
        }
        while let Some(round) = ran.selector.next_round() {
            for machine in &round.machines {
                ran.answer(fleet, *machine);
            }
            ran.sizes.push(round.machines.len());
            ran.requested.extend(round.machines);
            ran.rounds.push(round.why);
        }
        ran
    }

    fn answer(&mut self, fleet: &Fleet, machine: MachineId) {
        let index = number(machine);
        let answer = Answer::new(Source::Calls, night(10), fleet.truth(index));
        let failure = Failure::new(Reason::Timeout, "");
        self.selector.record(&Outcome {
            machine,
            attempts: 1,
            times_unknown: 0,
            result: if fleet.silent.contains(&index) {
                Err(failure)
            } else {
                Ok(answer)
            },
        });
    }

    /// Machines whose answer is assumed, and wrong.
    fn wrong(&self, fleet: &Fleet) -> Vec<usize> {
        let inferred = self.selector.inferences().into_iter();
        let inferred = inferred.map(|it| (number(it.machine), it.answer.missing));
        let kept = self.selector.kept().map(number);
        let kept = kept.map(|it| (it, missing(fleet.last[it].unwrap(), false)));
        let all = inferred.chain(kept);
        all.filter(|(machine, assumed)| *assumed != fleet.truth(*machine))
            .map(|it| it.0)
            .collect()
    }
}

#[test]
fn two_machines_of_each_large_cohort_are_requested() {
    let fleet = Fleet::of(&[1, 2, 3, 1000, 400]);
    let ran = Ran::of(&fleet, policy(), None);
    // All of the small ones, two of each other, and 200 as a sample.
    assert_eq!(ran.requested.len(), 1 + 2 + 2 + 2 + 2 + 200);
    assert_eq!(ran.rounds, [RoundReason::First, RoundReason::Recheck]);
    assert_eq!(ran.wrong(&fleet), [0; 0]);
    assert_eq!(
        ran.selector.accuracy(),
        Accuracy {
            machines: 200,
            differed: 0
        }
    );
    assert_eq!(ran.selector.inferences().len(), 1406 - 209);
    assert_eq!(ran.selector.cohorts(), 5);
    assert_eq!(ran.selector.least_requests(), ran.requested.len());
    // The largest cohorts come first.
    assert_eq!(ran.requested[..2], [6, 7].map(id));
}

#[test]
fn nothing_is_inferred_from_a_cohort_that_disagrees() {
    let mut fleet = Fleet::of(&[100, 30]);
    fleet.exceptions = (0..100).step_by(2).collect();
    let policy = Policy {
        recheck_inferred: 0.0,
        ..policy()
    };
    let ran = Ran::of(&fleet, policy, None);
    assert_eq!(ran.requested.len(), 100 + 2);
    assert_eq!(ran.wrong(&fleet), [0; 0]);
}

#[test]
fn odd_first_answer_is_outvoted() {
    let mut fleet = Fleet::of(&[1000]);
    fleet.exceptions = [0].into();
    let ran = Ran::of(&fleet, policy(), None);
    assert_eq!(ran.requested.len(), 2 + 8 + 200);
    assert_eq!(
        ran.selector.accuracy().differed,
        0,
        "disagreements are settled first"
    );
    assert_eq!(ran.wrong(&fleet), [0; 0]);
}

#[test]
fn everything_is_requested_if_too_much_is_missed() {
    let mut fleet = Fleet::of(&[1000, 1000]);
    fleet.exceptions = (3..2000).step_by(10).filter(|it| it % 1000 > 1).collect();
    let strict = Policy {
        max_missed: 1.0,
        ..policy()
    };
    let ran = Ran::of(&fleet, strict, None);
    assert_eq!(ran.requested.len(), 2000);
    assert!(
        matches!(ran.rounds.last(), Some(RoundReason::TooManyMissed(_))),
        "{:?}",
        ran.rounds
    );
    let lenient = Ran::of(&fleet, policy(), None);
    assert!(lenient.requested.len() < 300);
}

#[test]
fn failing_machines_are_replaced_by_others() {
    let mut fleet = Fleet::of(&[500]);
    fleet.silent = [0, 1, 2].into();
    let ran = Ran::of(
        &fleet,
        Policy {
            recheck_inferred: 0.0,
            ..policy()
        },
        None,
    );
    assert_eq!(ran.requested[..5], [0, 1, 2, 3, 4].map(id));
    let inferred = ran.selector.inferences();
    assert_eq!(inferred.len(), 495);
    assert_eq!(inferred[0].answer.inferred_from, Some(id(3)));
}

#[test]
fn control_totals_find_what_the_sample_cannot() {
    // Both leaders are odd: without a control total, 298 machines get their answer.
    let mut fleet = Fleet::of(&[300, 300]);
    fleet.exceptions = [0, 1].into();
    let policy = Policy {
        recheck_inferred: 0.01,
        ..policy()
    };
    let control = |fleet: &Fleet| {
        Some(ControlTotals {
            service: fleet.census(),
            is_whole: true,
            usual: BTreeMap::new(),
        })
    };
    let ran = Ran::of(&fleet, policy, control(&fleet));
    assert_eq!(ran.wrong(&fleet), [0; 0]);

    // Differences that exceed even the allowed share of wrong answers do not wait for the sample.
    let strict = Policy {
        max_missed: 1.0,
        ..policy
    };
    let ran = Ran::of(&fleet, strict, control(&fleet));
    assert!(
        matches!(
            ran.rounds[..2],
            [RoundReason::First, RoundReason::ControlTotals(_)]
        ),
        "{:?}",
        ran.rounds
    );
    assert_eq!(ran.rounds.last(), Some(&RoundReason::Recheck));
    assert_eq!(ran.wrong(&fleet), [0; 0]);

    // Two hidden exceptions among the inferred: the bound of the sample explains them.
    fleet.exceptions = [17, 18].into();
    let sampled = |it: &MachineId| [17, 18].contains(&number(*it));
    let ran = Ran::of(&fleet, policy, control(&fleet));
    if !ran.requested.iter().any(sampled) {
        assert_eq!(ran.rounds, [RoundReason::First, RoundReason::Recheck]);
    }
}

#[test]
fn only_changed_machines_and_the_oldest_answers_are_requested() {
    let mut fleet = Fleet::of(&[500, 500]);
    fleet.last = (0..1000).map(|it| Some(u16::from(it >= 500))).collect();
    fleet.last[3] = None;
    fleet.last[4] = Some(1);
    let changes = Policy {
        keeps: true,
        infers: false,
        ..policy()
    };
    let ran = Ran::of(&fleet, changes, None);
    assert_eq!(ran.requested[..2], [3, 4].map(id));
    assert_eq!(ran.requested.len(), 2 + 200);
    assert_eq!(ran.selector.kept().count(), 1000 - 202);
    assert_eq!(ran.selector.least_requests(), ran.requested.len());
    assert_eq!(ran.wrong(&fleet), [0; 0]);
}

#[test]
fn census_that_moved_requests_more_until_it_is_explained() {
    let mut fleet = Fleet::of(&[1000]);
    fleet.last = vec![Some(0); 1000];
    // Their software is unchanged, but their missing KBs are not.
    fleet.exceptions = (700..710).collect();
    let changes = Policy {
        keeps: true,
        infers: false,
        ..policy()
    };
    let control = ControlTotals {
        service: fleet.census(),
        is_whole: true,
        usual: BTreeMap::new(),
    };
    let ran = Ran::of(&fleet, changes, Some(control.clone()));
    assert_eq!(ran.wrong(&fleet), [0; 0]);
    assert_eq!(
        ran.requested.len(),
        750,
        "in steps of 50 until all ten are found"
    );
    // A difference that existed before explains itself.
    let usual = BTreeMap::from([(("os".to_owned(), KbId::new("1")), 10)]);
    let ran = Ran::of(
        &fleet,
        changes,
        Some(ControlTotals {
            usual,
            ..control.clone()
        }),
    );
    assert_eq!(ran.requested.len(), 200);
    // The tenant may have more machines than the list.
    let partial = ControlTotals {
        is_whole: false,
        ..control
    };
    assert_eq!(Ran::of(&fleet, changes, Some(partial)).requested.len(), 200);
}

fn fleets() -> impl Strategy<Value = Fleet> {
    let sizes = prop::collection::vec(prop_oneof![1..4_usize, 1..60_usize], 1..20);
    (sizes, any::<u64>(), 0..20_u64).prop_map(|(sizes, seed, odd)| {
        let mut fleet = Fleet::of(&sizes);
        let mut random = fastrand::Rng::with_seed(seed);
        let all = 0..fleet.versions.len();
        fleet.exceptions = all.clone().filter(|_| random.u64(..100) < odd).collect();
        fleet.silent = all.clone().filter(|_| random.u64(..100) < 5).collect();
        fleet.last = fleet
            .versions
            .iter()
            .map(|version| match random.u8(..20) {
                0 => None,
                1 => Some(version.saturating_sub(1)),
                _ => Some(*version),
            })
            .collect();
        fleet
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No machine is requested twice; each ends as requested, kept or inferred, or is without an answer
    /// because its cohort has none; and only exceptions are wrong.
    #[test]
    fn every_machine_is_accounted_for(
        fleet in fleets(),
        keeps: bool,
        infers: bool,
        percent in 0.0..100.0_f64,
    ) {
        let policy = Policy {
            keeps,
            infers,
            recheck_kept: percent,
            recheck_inferred: percent,
            ..policy()
        };
        let ran = Ran::of(&fleet, policy, None);
        let requested: BTreeSet<_> = ran.requested.iter().copied().collect();
        prop_assert_eq!(requested.len(), ran.requested.len());
        let inferred: BTreeSet<_> = ran.selector.inferences().iter().map(|it| it.machine).collect();
        let kept: BTreeSet<_> = ran.selector.kept().collect();
        prop_assert!(requested.is_disjoint(&inferred) && requested.is_disjoint(&kept));
        prop_assert!(inferred.is_disjoint(&kept));
        let all = requested.len() + inferred.len() + kept.len();
        prop_assert_eq!(all, fleet.versions.len());
        prop_assert!(keeps || kept.is_empty());
        prop_assert!(infers || inferred.is_empty());
    }

    /// A run that is interrupted after any number of calls reaches the same result.
    #[test]
    fn resumed_run_requests_the_same_machines(fleet in fleets(), part in 0..100_usize) {
        let policy = Policy { keeps: true, ..policy() };
        let whole = Ran::of(&fleet, policy, None);
        let done = whole.requested.len() * part / 100;
        let resumed = Ran::resumed(&fleet, policy, None, &whole.requested[..done]);
        prop_assert_eq!(&resumed.requested[..], &whole.requested[done..]);
        prop_assert_eq!(resumed.selector.inferences(), whole.selector.inferences());
        prop_assert_eq!(resumed.selector.accuracy(), whole.selector.accuracy());
    }
}

/// Over many fleets with a known share of exceptions, the bound that is reported holds in at least 95 of
/// 100.
#[test]
fn reported_bound_holds() {
    let mut held = 0;
    for seed in 0..100 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut fleet = Fleet::of(&[400; 5]);
        fleet.exceptions = (0..2000).filter(|_| random.u16(..1000) < 10).collect();
        let policy = Policy {
            seed: seed.cast_signed(),
            ..policy()
        };
        let ran = Ran::of(&fleet, policy, None);
        let actual = Accuracy {
            machines: ran.selector.inferences().len() as u64,
            differed: ran.wrong(&fleet).len() as u64,
        };
        held += u32::from(actual.share() <= Some(ran.selector.accuracy().at_most()));
    }
    assert!(held >= 95, "{held}");
}
