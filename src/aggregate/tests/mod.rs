//! The figures of small fleets, computed by hand.

mod breakdown;
pub(crate) mod end_of_support;
mod plan;
mod properties;
mod worth;

use std::io;

use jiff::Timestamp;

use super::*;
use crate::{
    domain::{
        answer::{Answer, Source},
        gaps::Gaps,
        kb::{KbId, MissingKb, MissingKbs},
        machine::MachineId,
        outcome::{Failure, Reason},
        since::MissingSince,
    },
    inventory::InventoryMachine,
    risk::KbRisk,
};

/// 1970-01-11T00:00:00Z: ten days after the answers.
const STARTED_AT: Timestamp = Timestamp::constant(864_000, 0);

/// Outcomes in memory, with the gaps of their answers.
#[derive(Debug, Clone)]
pub(crate) struct InMemory(pub(crate) Vec<Outcome>);

impl InMemory {
    /// Their aggregate.
    pub(crate) fn aggregate(&self, inventory: &Inventory, rank_by: RankBy) -> Fleet {
        self.aggregate_with(inventory, rank_by, None)
    }

    /// Their aggregate, given the software inventory.
    pub(crate) fn aggregate_with(
        &self,
        inventory: &Inventory,
        rank_by: RankBy,
        software: Option<SoftwareOn<'_>>,
    ) -> Fleet {
        let mut aggregation = Aggregation::of(inventory, STARTED_AT);
        self.record_in(&mut aggregation);
        aggregation.finish(rank_by, Timestamp::MAX, software)
    }

    /// Records them.
    pub(crate) fn record_in(&self, aggregation: &mut Aggregation<'_>) {
        for (place, outcome) in (0..).zip(&self.0) {
            aggregation.record(outcome.clone(), AnswerRef(place));
        }
    }
}

impl Gaps for InMemory {
    fn missing(&self, answer: AnswerRef) -> io::Result<MissingKbs> {
        let outcome = &self.0[usize::try_from(answer.0).unwrap()];
        Ok(outcome.result.as_ref().unwrap().missing.clone())
    }

    fn since(&self, answer: AnswerRef) -> io::Result<MissingSince> {
        let outcome = &self.0[usize::try_from(answer.0).unwrap()];
        Ok(outcome.result.as_ref().unwrap().since.clone())
    }
}

fn aggregate(inventory: &Inventory, outcomes: Vec<Outcome>, rank_by: RankBy) -> Fleet {
    InMemory(outcomes).aggregate(inventory, rank_by)
}

/// Without answer refs, which depend on the order.
fn without_answer_refs(mut fleet: Fleet) -> Fleet {
    let answered = fleet.machines.iter_mut().flat_map(|it| &mut it.result);
    answered.for_each(|it| it.answer = AnswerRef(0));
    fleet
}

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

fn inventory(machines: u8) -> Inventory {
    let row = |number| InventoryMachine {
        id: machine(number),
        line: u32::from(number) + 2,
    };
    Inventory {
        file: "machines.csv".to_owned(),
        machines: (0..machines).map(row).collect(),
        ..Inventory::default()
    }
}

fn gap(kb: &str, cve_addressed: u64) -> MissingKb {
    MissingKb {
        id: KbId::new(kb),
        name: None,
        products: Vec::new(),
        url: None,
        machine_missed_on: None,
        cve_addressed,
        os_build: None,
        cves: None,
        unreadable: Box::default(),
    }
}

fn answer(number: u8, missing: Vec<MissingKb>) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 1,
        times_unknown: 0,
        result: Ok(Answer::new(
            Source::Calls,
            Timestamp::UNIX_EPOCH,
            missing.into_iter().map(Arc::new).collect(),
        )),
    }
}

fn failure(number: u8, reason: Reason) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 3,
        times_unknown: 0,
        result: Err(Failure {
            reason,
            http_status: None,
            code: None,
            message: String::new(),
            correlation_id: None,
        }),
    }
}

fn text(text: &str) -> Arc<str> {
    text.into()
}

fn order(fleet: &Fleet) -> Vec<(usize, &str)> {
    fleet
        .kbs
        .iter()
        .map(|kb| (kb.rank, kb.id.as_str()))
        .collect()
}

#[test]
fn kb_row_combines_the_answers_of_its_machines() {
    let one = MissingKb {
        name: Some(text("March")),
        products: vec!["edge".into(), "windows_10".into()],
        machine_missed_on: Some(4),
        ..gap("7", 97)
    };
    let other = MissingKb {
        name: Some(text("")),
        url: Some(text("https://b")),
        products: vec!["edge".into(), "dotnet".into()],
        ..gap("7", 14)
    };
    let outcomes = vec![answer(0, vec![one]), answer(1, vec![other])];
    let fleet = aggregate(&inventory(2), outcomes, RankBy::Cve);
    assert_eq!(fleet.kbs[0].median_age.days().to_string(), "10");
    assert_eq!(
        fleet.kbs,
        [KbRow {
            rank: 1,
            id: KbId::new("7"),
            name: Some(text("March")),
            url: Some(text("https://b")),
            cve_addressed: 97,
            cve_addressed_min: 14,
            machines_missing: 2,
            exposure: 111,
            machine_missed_on: Some(4),
            products: ["dotnet", "edge", "windows_10"].map(Arc::from).into(),
            oldest_since: Timestamp::UNIX_EPOCH,
            median_age: fleet.kbs[0].median_age,
            risk: KbRisk::default(),
            cves: None,
            covered_on: 0,
            exploited: 0,
            exploited_accepted: 0,
            accepted: 0,
            overdue: 0,
        }]
    );
}

#[test]
fn kbs_are_sorted_by_the_requested_rank() {
    let outcomes = || {
        vec![
            answer(0, vec![gap("10", 50), gap("20", 10), gap("9", 30)]),
            answer(1, vec![gap("20", 10), gap("30", 50), gap("9", 25)]),
            answer(2, vec![gap("20", 10)]),
        ]
    };
    for (rank_by, expected) in [
        (RankBy::Cve, [(1, "10"), (2, "30"), (3, "9"), (4, "20")]),
        (
            RankBy::Exposure,
            [(1, "9"), (2, "10"), (3, "30"), (4, "20")],
        ),
        (
            RankBy::Machines,
            [(1, "20"), (2, "9"), (3, "10"), (4, "30")],
        ),
    ] {
        let fleet = aggregate(&inventory(3), outcomes(), rank_by);
        assert_eq!(order(&fleet), expected, "{rank_by}");
    }
}

#[test]
fn ties_are_sorted_by_id() {
    let outcomes = vec![answer(0, vec![gap("10", 0), gap("9", 0), gap("", 0)])];
    let fleet = aggregate(&inventory(1), outcomes, RankBy::Cve);
    assert_eq!(order(&fleet), [(1, ""), (2, "10"), (3, "9")]);
}

#[test]
fn every_machine_of_the_inventory_has_a_row() {
    let outcomes = vec![
        failure(6, Reason::Timeout),
        answer(5, vec![]),
        answer(4, vec![gap("1", 5), gap("2", 5)]),
        answer(3, vec![gap("1", 10)]),
        answer(2, vec![gap("1", 4), gap("2", 6)]),
        failure(0, Reason::NotFound),
        failure(7, Reason::Pending),
        answer(99, vec![gap("1", 1000)]),
    ];
    let fleet = aggregate(&inventory(8), outcomes, RankBy::Cve);
    let rows: Vec<_> = fleet
        .machines
        .iter()
        .map(|row| {
            let figures = row.result.as_ref().ok().map(|it| {
                let top = it.top_kb.as_ref().map(KbId::as_str);
                (it.rank, it.cve_addressed, it.cve_addressed_max, top)
            });
            (row.position(), row.status(), figures)
        })
        .collect();
    assert_eq!(
        rows,
        [
            (2, MachineStatus::Answered, Some((1, 10, 6, Some("2")))),
            (4, MachineStatus::Answered, Some((2, 10, 5, Some("1")))),
            (3, MachineStatus::Answered, Some((3, 10, 10, Some("1")))),
            (5, MachineStatus::Answered, Some((4, 0, 0, None))),
            (0, MachineStatus::NotFound, None),
            (1, MachineStatus::Pending, None),
            (6, MachineStatus::Failed, None),
            (7, MachineStatus::Pending, None),
        ]
    );
    assert_eq!(
        fleet.coverage,
        Coverage {
            answered: 4,
            reused: 0,
            not_found: 1,
            failed: 1,
            pending: 2,
            with_gaps: 3,
            clean: 1,
            no_current_data: 0,
            unsupported: 0,
        }
    );
}

#[test]
fn answer_wins_over_failure_of_the_same_machine() {
    let outcomes = [answer(0, vec![gap("1", 3)]), failure(0, Reason::NotFound)];
    for outcomes in [outcomes.to_vec(), outcomes.iter().rev().cloned().collect()] {
        let fleet = aggregate(&inventory(1), outcomes, RankBy::Cve);
        assert_eq!((fleet.coverage.answered, fleet.exposure), (1, 3));
    }
}

#[test]
fn top_actions_remove_the_most_exposure() {
    let outcomes = vec![
        answer(0, vec![gap("1", 60), gap("2", 10)]),
        answer(1, vec![gap("2", 10), gap("3", 0)]),
        answer(2, vec![gap("2", 10), gap("4", 10)]),
    ];
    let told = InMemory(outcomes);
    let fleet = told.aggregate(&inventory(3), RankBy::Machines);
    let actions: Vec<_> = fleet
        .top_actions(5)
        .into_iter()
        .map(|it| {
            let so_far = it.so_far;
            (it.kb.id.as_str(), so_far.exposure, so_far.machines)
        })
        .collect();
    assert_eq!(
        actions,
        [("1", 60, 1), ("2", 90, 3), ("4", 100, 3)],
        "a KB without exposure is no action"
    );
    assert_eq!(fleet.top_actions(2).len(), 2);
}

#[test]
fn exposure_saturates() {
    let outcomes = vec![answer(0, vec![gap("1", u64::MAX), gap("2", u64::MAX)])];
    let fleet = aggregate(&inventory(1), outcomes, RankBy::Exposure);
    assert_eq!(fleet.exposure, u64::MAX);
}

#[test]
fn empty_inventory_has_no_gaps() {
    let fleet = aggregate(&inventory(0), Vec::new(), RankBy::Cve);
    assert_eq!((fleet.gaps, fleet.exposure), (0, 0));
    assert_eq!(fleet.top_actions(5), []);
}

/// There may be a million of them.
#[test]
#[cfg(target_pointer_width = "64")]
fn row_of_a_machine_is_small() {
    assert_eq!(size_of::<MachineRow>(), 104);
}
