//! Small histories, with every change classified by hand.

mod properties;

use std::{
    collections::{BTreeSet, HashMap},
    io,
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::*;
use crate::{
    aggregate::{
        RankBy, SoftwareOn,
        tests::{InMemory, end_of_support::software},
    },
    domain::{
        answer::{Answer, Provenance, Source},
        gaps::{AnswerRef, BaseMachine, DatedAnswer, Gaps, History},
        kb::{KbId, MissingKb, MissingKbs},
        machine::MachineId,
        outcome::{Failure, Outcome, Reason},
        since::MissingSince,
        software::RunSoftware,
    },
    inventory::{Inventory, InventoryMachine},
};

/// A gap that addresses as many CVEs as its id has digits.
pub(crate) fn gap(id: &str, products: &[&str]) -> Arc<MissingKb> {
    Arc::new(MissingKb {
        id: KbId::new(id),
        name: None,
        products: products.iter().map(|&it| it.into()).collect(),
        url: None,
        machine_missed_on: None,
        cve_addressed: id.len() as u64,
        os_build: None,
        cves: None,
        unreadable: Box::default(),
    })
}

/// A gap in a list, such as `30`, or `30@office` for another product.
fn listed_gap(text: &str) -> Arc<MissingKb> {
    let (id, product) = text.split_once('@').unwrap_or((text, "win"));
    gap(id, &[product])
}

fn with_twice_as_many_cves(gap: &Arc<MissingKb>) -> Arc<MissingKb> {
    Arc::new(MissingKb {
        cve_addressed: 2 * gap.cve_addressed,
        ..MissingKb::clone(gap)
    })
}

/// The nights of a fleet: for each, the machines of the list, with their missing KBs if answered. All KBs
/// have the product `win`.
#[derive(Debug, Default)]
pub(crate) struct Nights(Vec<Vec<(u8, Option<Vec<String>>)>>);

/// Stands for the missing KBs of a machine that has not been seen for a month.
const SILENT: &str = "*";
/// Stands for the missing KBs of a machine whose Windows version no longer gets updates.
const UNSUPPORTED: &str = "!";
/// Stands before the missing KBs of a machine whose answer is inferred.
const INFERRED: &str = "~";
/// Stands before the missing KBs of a machine whose answer is of an export, which counts twice as many
/// CVEs for each.
const EXPORTED: &str = "^";
/// Stands before the missing KBs of a machine whose software has changed since the night before.
const INSTALLED: &str = "+";

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

/// 2026-01-01T00:00:00Z.
const FIRST_NIGHT: Timestamp = Timestamp::constant(1_767_225_600, 0);

fn night(number: usize) -> Timestamp {
    let nights = i64::try_from(number).unwrap();
    FIRST_NIGHT + SignedDuration::from_hours(24 * nights)
}

impl Nights {
    /// Adds a night, such as `1: 5 6, 2: -, 3:, 4: *, 5: ~ 7, 6: ^ 8`: machine 2 has no answer, 3 has no
    /// gaps, 4 seems to have none because it has not been seen for a month, 5's answer is inferred, and
    /// 6's is from an export. The Windows version of a machine with `!` no longer gets updates. The
    /// software of a machine with `+` has changed: it has another version of `win`, the product of all
    /// KBs without their own, such as `30@office`.
    pub(crate) fn then(mut self, machines: &str) -> Self {
        let machines = machines.split(',').map(|machine| {
            let (number, missing) = machine.split_once(':').unwrap();
            let missing: Vec<String> = missing.split_whitespace().map(str::to_owned).collect();
            let answer = (missing != ["-"]).then_some(missing);
            (number.trim().parse().unwrap(), answer)
        });
        self.0.push(machines.collect());
        self
    }

    fn outcomes(&self, number: usize) -> InMemory {
        let outcomes = self.0[number].iter().map(|(machine, missing)| Outcome {
            machine: self::machine(*machine),
            attempts: 1,
            times_unknown: 0,
            result: missing.as_ref().map_or_else(
                || Err(failure()),
                |missing| {
                    let marks = [SILENT, INFERRED, EXPORTED, UNSUPPORTED, INSTALLED];
                    let ids = missing.iter().filter(|id| !marks.contains(&id.as_str()));
                    let gaps: MissingKbs = ids.map(|id| listed_gap(id)).collect();
                    let since = gaps.iter().map(|gap| self.since(number, *machine, &gap.id));
                    let called = Answer::new(Source::Calls, night(number), gaps.clone());
                    let has_mark = |mark: &str| missing.iter().any(|it| it == mark);
                    let answer = if has_mark(INFERRED) {
                        Answer::inferred(self::machine(99), called.as_of, called.missing)
                    } else if has_mark(EXPORTED) {
                        let doubled = called.missing.iter().map(with_twice_as_many_cves);
                        Answer::new(Source::Export, called.as_of, doubled.collect())
                    } else {
                        called
                    };
                    Ok(Answer {
                        since: since.collect(),
                        ..answer
                    })
                },
            ),
        });
        InMemory(outcomes.collect())
    }

    /// The first of the nights up to this one since which every answer of the machine has had the KB.
    fn since(&self, number: usize, machine: u8, id: &KbId) -> Timestamp {
        let answers = self.0[..=number].iter().enumerate().rev();
        let answers = answers.filter_map(|(number, machines)| {
            let listed = machines.iter().find(|it| it.0 == machine)?;
            Some((number, listed.1.as_ref()?))
        });
        let is_it = |text: &String| listed_gap(text).id == *id;
        let with_it = answers.take_while(|(_, missing)| missing.iter().any(is_it));
        with_it.last().map(|(number, _)| night(number)).unwrap()
    }

    fn inventory(&self, number: usize) -> Inventory {
        let machines = self.0[number].iter().map(|(number, _)| InventoryMachine {
            id: machine(*number),
            line: 1,
        });
        let last_seen = self.0[number].iter().map(|(_, missing)| match missing {
            Some(missing) if missing == &[SILENT] => ["2025-11-30"],
            _ => ["2025-12-31"],
        });
        Inventory {
            machines: machines.collect(),
            columns: vec!["lastSeen".to_owned()],
            cells: last_seen.collect(),
            ..Inventory::default()
        }
    }

    /// The software inventory of a night.
    fn software(&self, number: usize) -> RunSoftware {
        let ended = Some(
            night(0)
                .to_zoned_datetime(TimeZone::UTC)
                .date()
                .yesterday()
                .unwrap(),
        );
        let unsupported = self.unsupported(number).into_iter();
        let unsupported: Vec<_> = unsupported.map(|machine| (machine, ended)).collect();
        software(&unsupported)
    }

    /// The machines whose Windows version no longer gets updates.
    fn unsupported(&self, number: usize) -> Vec<MachineId> {
        let has_mark = |missing: &Vec<String>| missing.iter().any(|it| it == UNSUPPORTED);
        let machines = self.0[number].iter();
        let machines = machines.filter(|it| it.1.as_ref().is_some_and(has_mark));
        machines.map(|it| machine(it.0)).collect()
    }

    /// The answers of the machines whose software has changed since the night before.
    fn installed(&self, number: usize) -> Vec<AnswerRef> {
        let has_mark = |missing: &Vec<String>| missing.iter().any(|it| it == INSTALLED);
        let machines = (0..).map(AnswerRef).zip(&self.0[number]);
        let machines = machines.filter(|(_, it)| it.1.as_ref().is_some_and(has_mark));
        machines.map(|it| it.0).collect()
    }

    /// The last night compared with the one before.
    pub(crate) fn changes(&self, replacing: Replacing) -> (Changes, Vec<ChangeRow>) {
        let last = self.0.len() - 1;
        let outcomes = self.outcomes(last);
        let software = self.software(last);
        let software = SoftwareOn::of(Some(&software), night(last), &TimeZone::UTC);
        let fleet = outcomes.aggregate_with(&self.inventory(last), RankBy::Cve, software);
        let past = EarlierNights::of(self, last - 1);
        let base = BaseRun {
            lists_tenant: false,
            run: 1,
            started_at: night(last - 1),
            finished_at: night(last - 1),
            machines: self.0[last - 1].len() as u64,
            is_same_fleet: true,
            figures: Figures::default(),
        };
        let comparison = Comparison {
            fleet: &fleet,
            gaps: &outcomes,
            base,
            base_machines: &past.then(last - 1),
            history: &past,
            replacing,
        };
        let changes = comparison.changes().unwrap();
        let past = EarlierNights {
            today: Some(outcomes),
            ..past
        };
        let mut rows = Vec::new();
        let mut take = |row| {
            rows.push(row);
            Ok(())
        };
        changes.for_each(&past, &mut take).unwrap();
        (changes, rows)
    }
}

fn failure() -> Failure {
    Failure {
        reason: Reason::Timeout,
        http_status: None,
        code: None,
        message: String::new(),
        correlation_id: None,
    }
}

/// The nights up to the base. Answer refs of today are below 1000; those of an earlier night start at
/// 1000 times the night's number, counted from 1.
#[derive(Debug)]
struct EarlierNights {
    earlier: Vec<InMemory>,
    today: Option<InMemory>,
    answers_before: HashMap<MachineId, Vec<DatedAnswer>>,
    /// Silent machines of the base, which seem to have no gaps.
    silent: Vec<MachineId>,
    /// Machines of the base whose Windows version no longer gets updates.
    unsupported: Vec<MachineId>,
    /// Current answers of machines whose software has changed since the base.
    installed: Vec<AnswerRef>,
}

impl EarlierNights {
    fn of(nights: &Nights, base: usize) -> Self {
        let earlier: Vec<InMemory> = (0..=base).map(|number| nights.outcomes(number)).collect();
        let mut answers_before: HashMap<MachineId, Vec<DatedAnswer>> = HashMap::new();
        for (number, outcomes) in earlier[..base].iter().enumerate().rev() {
            for (index, outcome) in outcomes.0.iter().enumerate() {
                if let Ok(answer) = &outcome.result {
                    let answer_ref = Self::answer_ref(number, index);
                    let past = answers_before.entry(outcome.machine).or_default();
                    past.push(DatedAnswer {
                        source: answer.source,
                        as_of: answer.as_of,
                        answer: answer_ref,
                    });
                }
            }
        }
        let silent = nights.0[base].iter();
        let silent = silent.filter(|(_, missing)| missing.as_deref() == Some(&[SILENT.to_owned()]));
        Self {
            earlier,
            today: None,
            answers_before,
            unsupported: nights.unsupported(base),
            installed: nights.installed(base + 1),
            silent: silent.map(|(number, _)| machine(*number)).collect(),
        }
    }

    fn answer_ref(night: usize, index: usize) -> AnswerRef {
        AnswerRef(i64::try_from((night + 1) * 1000 + index).unwrap())
    }

    fn then(&self, base: usize) -> Vec<BaseMachine> {
        let outcomes = self.earlier[base].0.iter().enumerate();
        let mut then: Vec<BaseMachine> = outcomes
            .map(|(index, outcome)| BaseMachine {
                machine: outcome.machine,
                answer: outcome.result.as_ref().ok().map(|answer| DatedAnswer {
                    source: answer.source,
                    as_of: answer.as_of,
                    answer: Self::answer_ref(base, index),
                }),
                no_current_data: self.silent.contains(&outcome.machine),
                unsupported: self.unsupported.contains(&outcome.machine),
            })
            .collect();
        then.sort_by_key(|then| then.machine);
        then
    }
}

impl Gaps for EarlierNights {
    fn missing(&self, answer: AnswerRef) -> io::Result<MissingKbs> {
        let outcomes = match answer.0 / 1000 {
            0 => self.today.as_ref().unwrap(),
            night => &self.earlier[usize::try_from(night - 1).unwrap()],
        };
        outcomes.missing(AnswerRef(answer.0 % 1000))
    }

    fn since(&self, answer: AnswerRef) -> io::Result<MissingSince> {
        let outcomes = match answer.0 / 1000 {
            0 => self.today.as_ref().unwrap(),
            night => &self.earlier[usize::try_from(night - 1).unwrap()],
        };
        outcomes.since(AnswerRef(answer.0 % 1000))
    }
}

impl History for EarlierNights {
    fn before_base(&self, machine: MachineId) -> io::Result<Vec<DatedAnswer>> {
        Ok(self
            .answers_before
            .get(&machine)
            .cloned()
            .unwrap_or_default())
    }

    fn changed_products(&self, _: AnswerRef, now: AnswerRef) -> io::Result<BTreeSet<String>> {
        let has_installed = self.installed.contains(&now);
        Ok(has_installed
            .then(|| "win".to_owned())
            .into_iter()
            .collect())
    }
}

/// A history in which these products have changed on every machine.
#[derive(Debug)]
pub(super) struct Installed(pub(super) &'static [&'static str]);

impl Gaps for Installed {
    fn missing(&self, _: AnswerRef) -> io::Result<MissingKbs> {
        Ok(MissingKbs::default())
    }

    fn since(&self, _: AnswerRef) -> io::Result<MissingSince> {
        Ok(MissingSince::default())
    }
}

impl History for Installed {
    fn before_base(&self, _: MachineId) -> io::Result<Vec<DatedAnswer>> {
        Ok(Vec::new())
    }

    fn changed_products(&self, _: AnswerRef, _: AnswerRef) -> io::Result<BTreeSet<String>> {
        Ok(self.0.iter().map(|it| (*it).to_owned()).collect())
    }
}

/// The rows as text, such as `1 resolved 5 since 0`, with the night of `since`.
fn listed(rows: &[ChangeRow]) -> Vec<String> {
    let text = |row: &ChangeRow| {
        let machine = row.machine.to_string();
        let nights = row.since.duration_since(FIRST_NIGHT).as_hours() / 24;
        let by = row.replaced_by.as_ref().map(|by| format!(" by {}", by.id));
        format!(
            "{} {} {}{} since {nights}",
            u8::from_str_radix(&machine[..2], 16).unwrap(),
            row.change,
            row.gap.id,
            by.unwrap_or_default(),
        )
    };
    rows.iter().map(text).collect()
}

#[test]
fn each_gap_has_one_class() {
    let nights = Nights::default()
        .then("1: 10 20 80, 2: 10, 3: 10, 4:, 5: 10, 8: 10")
        .then("1: 10 20, 2: 10 30, 3: 10, 4:, 5: 10, 6: -, 8: -")
        .then("1: 10 80, 2: -, 4: 7, 5:, 6: 9, 7: 9, 8: 10");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    assert_eq!(
        listed(&rows),
        [
            "1 resolved 20 since 0",
            "1 returned 80 since 2",
            "2 notAnswered 10 since 0",
            "2 notAnswered 30 since 1",
            "3 outOfScope 10 since 0",
            "4 new 7 since 2",
            "5 resolved 10 since 0",
            "6 appeared 9 since 2",
            "7 appeared 9 since 2",
            "8 appeared 10 since 0",
        ]
    );
    let counts: Vec<u64> = Change::ALL.iter().map(|it| changes.tally[*it]).collect();
    assert_eq!(counts, [1, 2, 0, 1, 1, 2, 1, 3, 0]);
    let expected = MachineTally {
        skipped: 0,
        newly_clean: 1,
        newly_affected: 1,
        appeared: 1,
        left: 1,
        not_answered: 1,
        silent: 0,
        unsupported: 0,
    };
    assert_eq!(changes.machines, expected);
    let expected = Figures {
        answered: 5,
        with_gaps: 4,
        clean: 1,
        unsupported: Some(0),
        kbs: 3,
        gaps: 6,
        exposure: 12,
        worst: 4,
    };
    assert_eq!(changes.base.figures, expected);
}

#[test]
fn newer_kb_replaces_an_older_one_unless_ignored() {
    let nights = Nights::default().then("1: 10 11").then("1: 20 11");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    assert_eq!(listed(&rows), ["1 replaced 10 by 20 since 0"]);
    assert_eq!(
        (changes.tally[Change::Replaced], changes.tally[Change::New]),
        (1, 0)
    );
    let rows = nights.changes(Replacing::Ignored).1;
    assert_eq!(listed(&rows), ["1 resolved 10 since 0", "1 new 20 since 1"]);
}

#[test]
fn kb_missing_before_is_not_a_replacement() {
    let nights = Nights::default()
        .then("1: 10 20")
        .then("1: 10")
        .then("1: 20");
    let rows = nights.changes(Replacing::Recognized).1;
    assert_eq!(
        listed(&rows),
        ["1 resolved 10 since 0", "1 returned 20 since 2"]
    );
}

#[test]
fn unanswered_night_does_not_reset_since() {
    let nights = Nights::default()
        .then("1: 10")
        .then("1: -")
        .then("1: 10")
        .then("1:");
    let rows = nights.changes(Replacing::Recognized).1;
    assert_eq!(listed(&rows), ["1 resolved 10 since 0"]);
    let nights = Nights::default()
        .then("1: 10")
        .then("1:")
        .then("1: 10")
        .then("1:");
    let rows = nights.changes(Replacing::Recognized).1;
    assert_eq!(listed(&rows), ["1 resolved 10 since 2"]);
}

#[test]
fn gaps_of_a_silent_machine_are_not_resolved() {
    let nights = Nights::default()
        .then("1: 10 20, 2:, 3: 10")
        .then("1: *, 2: *, 3:");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    assert_eq!(
        listed(&rows),
        [
            "1 notAnswered 10 since 0",
            "1 notAnswered 20 since 0",
            "3 resolved 10 since 0",
        ]
    );
    let expected = MachineTally {
        newly_clean: 1,
        not_answered: 1,
        silent: 1,
        ..MachineTally::default()
    };
    assert_eq!(changes.machines, expected);
}

#[test]
fn gaps_of_a_machine_silent_in_the_base_are_not_new() {
    let nights = Nights::default()
        .then("1: 10, 2: 10, 3: 10")
        .then("1: *, 2:, 3: *")
        .then("1: 10, 2: 10, 3:");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    assert_eq!(
        listed(&rows),
        ["1 appeared 10 since 2", "2 returned 10 since 2"]
    );
    let expected = MachineTally {
        newly_affected: 1,
        ..MachineTally::default()
    };
    assert_eq!(changes.machines, expected);
    assert_eq!(changes.base.figures.answered, 3);
}

#[test]
fn inferred_resolutions_are_counted_separately() {
    let nights = Nights::default()
        .then("1: 10, 2: 10 11, 3: 10, 4: ~ 10, 5: 10, 6: 11")
        .then("1:, 2: ~ + 20, 3: ~ +, 4: +, 5: ~ + 10 9, 7: ~ 8");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    let described = |row: &ChangeRow| {
        let source = row.source.map_or("", Provenance::as_str);
        let machine = row.machine.to_string();
        let number = u8::from_str_radix(&machine[..2], 16).unwrap();
        format!("{number} {} {} {source}", row.change, row.gap.id)
    };
    assert_eq!(
        rows.iter().map(described).collect::<Vec<_>>(),
        [
            "1 resolved 10 calls",
            "2 resolved 10 inferred",
            "2 replaced 11 inferred",
            "3 resolved 10 inferred",
            "4 resolved 10 calls",
            "5 new 9 inferred",
            "6 outOfScope 11 ",
            "7 appeared 8 inferred",
        ]
    );
    let inferred = |resolved, replaced| InferredChanges { resolved, replaced };
    assert_eq!(changes.inferred, inferred(2, 1));
    assert_eq!(changes.tally[Change::Resolved], 4);
    let of_kb = |id: &str| changes.kbs.iter().find(|it| it.id.as_str() == id).unwrap();
    assert_eq!(of_kb("10").inferred, inferred(2, 0));
    assert_eq!(of_kb("11").inferred, inferred(0, 1));
    let moved = changes.moved.iter().filter(|it| it.is_inferred);
    let clean = moved.filter(|it| it.change == MachineChange::NewlyClean);
    assert_eq!(clean.count(), 1);
}

#[test]
fn change_of_source_is_not_news() {
    let nights = Nights::default()
        .then("1: 80, 2:, 3: 10, 4: 10, 5:, 6: 10, 7: ~ 30")
        .then("1: 10 11 80, 2:, 3: 10, 4: ~ 10, 5: ~ 10, 6: 10, 7: ~ 30")
        .then("1: ~ 10 20, 2: ~ 10, 3: ~, 4: ~ 20, 5:, 6: ~ + 20, 7: 30");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    assert_eq!(
        listed(&rows),
        [
            "1 unknown 11 since 1",
            "1 unknown 20 since 2",
            "1 unknown 80 since 0",
            "2 unknown 10 since 2",
            "3 unknown 10 since 0",
            "4 replaced 10 by 20 since 0",
            "5 unknown 10 since 1",
            "6 replaced 10 by 20 since 0",
        ]
    );
    let tally = &changes.tally;
    assert_eq!([tally[Change::Unknown], tally.unknown_of_base()], [6, 4]);
    assert_eq!(tally[Change::StillMissing], 2);
    // A machine that has no gaps, or has any, only according to another source is not a change either.
    assert_eq!(changes.machines, MachineTally::default());
    let exposure = &changes.exposure;
    assert_eq!(exposure.difference(Change::Unknown), 2 * 2 - 4 * 2);
}

#[test]
fn another_way_to_count_cves_is_not_news() {
    for (then, now, unknown) in [
        ("1: 10 11 30", "1: ^ 10 11", 8 - 6),
        ("1: ^ 10 11", "1: 10 11 30", 6 - 8),
        ("1: ^ 10", "1: ^ 10", 0),
    ] {
        let nights = Nights::default().then(then).then(now);
        let (changes, _) = nights.changes(Replacing::Recognized);
        let exposure = &changes.exposure;
        assert_eq!(exposure.difference(Change::StillMissing), 0, "{then}");
        assert_eq!(exposure.difference(Change::Unknown), unknown, "{then}");
        assert_eq!(exposure.then.of_base(), changes.base.figures.exposure);
    }
}

#[test]
fn machine_changes_only_for_products_that_changed() {
    let nights = Nights::default()
        .then("1:, 2: 10 30@office, 3: 10")
        .then("1: ~ + 10 30@office, 2: ~ +, 3: ~ +");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    assert_eq!(
        listed(&rows),
        [
            "1 new 10 since 1",
            "1 unknown 30 since 1",
            "2 resolved 10 since 0",
            "2 unknown 30 since 0",
            "3 resolved 10 since 0",
        ]
    );
    // That the second one has no gaps may be due to the source.
    let expected = MachineTally {
        newly_affected: 1,
        newly_clean: 1,
        ..MachineTally::default()
    };
    assert_eq!(changes.machines, expected);
}

#[test]
fn gaps_are_not_resolved_because_windows_gets_no_more_updates() {
    let nights = Nights::default()
        .then("1: 10, 2: 10, 3: !, 4: 10, 5: ! 10, 6: !")
        .then("1: !, 2:, 3: !, 4: ! 10, 5: ! 10 20, 6: 20");
    let (changes, rows) = nights.changes(Replacing::Recognized);
    assert_eq!(
        listed(&rows),
        [
            "1 notAnswered 10 since 0",
            "2 resolved 10 since 0",
            "5 new 20 since 1",
            "6 appeared 20 since 1",
        ]
    );
    let expected = MachineTally {
        newly_clean: 1,
        not_answered: 1,
        unsupported: 1,
        ..MachineTally::default()
    };
    assert_eq!(changes.machines, expected);
    let figures = changes.base.figures;
    assert_eq!((figures.clean, figures.unsupported), (0, Some(2)));
}
