//! The figures of groups.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::inventory::{Cells, GroupBy, Skipped, SkippedMachine};

/// Machines with these cells in the columns; those with a number from `skipped_from` are skipped.
fn list(columns: &[&str], rows: &[Vec<&str>], skipped_from: usize) -> Inventory {
    let row = |number: usize| InventoryMachine {
        id: machine(u8::try_from(number).unwrap()),
        line: 2,
    };
    let (asked, skipped) = rows.split_at(skipped_from.min(rows.len()));
    let skipped_machines = (asked.len()..rows.len()).map(|number| SkippedMachine {
        listed: row(number),
        reason: SkipReason::Silent,
    });
    Inventory {
        columns: columns.iter().map(ToString::to_string).collect(),
        machines: (0..asked.len()).map(row).collect(),
        cells: cells(columns.len(), asked),
        skipped: Skipped {
            machines: skipped_machines.collect(),
            cells: cells(columns.len(), skipped),
        },
        ..inventory(0)
    }
}

fn cells(columns: usize, rows: &[Vec<&str>]) -> Cells {
    let mut cells = Cells::new(columns);
    for row in rows {
        cells.push(row.iter().copied());
    }
    cells
}

/// The groups as text: what they are grouped by, the value, and the five figures.
fn shown(fleet: &Fleet) -> Vec<String> {
    let groups = fleet.breakdown.iter().map(|group| {
        let GroupFigures {
            machines,
            answered,
            fully_patched,
            unsupported: _,
            gaps,
            exposure,
        } = group.figures;
        let (by, value) = (group.by, &group.value);
        format!("{by} {value}: {machines} {answered} {fully_patched} {gaps} {exposure}")
    });
    groups.collect()
}

#[test]
fn machines_are_counted_in_their_group_platform_and_every_tag() {
    let rows = [
        vec!["Servers", "WindowsServer2022", "vip;board"],
        vec![" Servers", "Windows11", "board, board"],
        vec!["Clients", "Windows11", ""],
        vec!["servers", "Windows11", "[\"vip\"]"],
        vec!["", "Windows11", "vip"],
    ];
    let inventory = list(&["Group", "OS Platform", "Tags"], &rows, 4);
    let outcomes = vec![
        answer(0, vec![gap("1", 5), gap("2", 7)]),
        answer(1, vec![gap("1", 3)]),
        answer(2, vec![]),
        failure(3, Reason::NotFound),
    ];
    let fleet = aggregate(&inventory, outcomes, RankBy::Cve);
    let expected = [
        "group Servers: 2 2 0 3 15",
        "group : 1 0 0 0 0",
        "group Clients: 1 1 1 0 0",
        "group servers: 1 0 0 0 0",
        "platform Windows11: 4 2 1 1 3",
        "platform WindowsServer2022: 1 1 0 2 12",
        "tag vip: 3 1 0 2 12",
        "tag board: 2 2 0 3 15",
        "tag : 1 1 1 0 0",
    ];
    assert_eq!(shown(&fleet), expected);
}

#[test]
fn list_without_such_columns_has_no_groups() {
    let inventory = list(&["site", "OS Build"], &[vec!["OSL", "26100"]], 1);
    let fleet = aggregate(&inventory, vec![answer(0, vec![])], RankBy::Cve);
    assert_eq!(fleet.breakdown, []);
}

#[test]
fn machine_not_seen_for_long_is_not_fully_patched() {
    let rows = [vec!["a", "2026-01-01T00:00:00Z"], vec!["a", ""]];
    let inventory = list(&["group", "lastSeen"], &rows, 2);
    let mut outcomes = vec![answer(0, vec![]), answer(1, vec![])];
    for outcome in &mut outcomes {
        let answer = outcome.result.as_mut().unwrap();
        answer.as_of = "2026-11-29T00:00:00Z".parse().unwrap();
    }
    let fleet = aggregate(&inventory, outcomes, RankBy::Cve);
    assert_eq!(fleet.coverage.no_current_data, 1);
    assert_eq!(shown(&fleet), ["group a: 2 2 1 0 0"]);
}

proptest! {
    /// Groups and platforms sum to the whole list. With one tag for each machine, so do tags.
    #[test]
    fn groups_sum_to_the_list(
        values in proptest::collection::vec(("[ab ]{0,2}", "[ab]?", "[xyz]?"), 1..12),
        skipped_from in 1..12_usize,
        gaps in proptest::collection::vec(proptest::option::of(0..3_u64), 12),
    ) {
        let rows: Vec<Vec<&str>> = values
            .iter()
            .map(|(group, platform, tag)| vec![&**group, &**platform, &**tag])
            .collect();
        let inventory = list(&["group", "os", "tags"], &rows, skipped_from);
        let outcomes = (0..).zip(&gaps).take(inventory.machines.len());
        let outcomes = outcomes.filter_map(|(number, gaps)| {
            let missing = (0..(*gaps)?).map(|kb| gap(&kb.to_string(), kb + 4));
            Some(answer(number, missing.collect()))
        });
        let fleet = aggregate(&inventory, outcomes.collect(), RankBy::Cve);
        for by in GroupBy::ALL {
            let groups: Vec<&Group> =
                fleet.breakdown.iter().filter(|group| group.by == *by).collect();
            let sum = |figure: fn(&GroupFigures) -> u64| -> u64 {
                groups.iter().map(|group| figure(&group.figures)).sum()
            };
            prop_assert_eq!(sum(|it| it.machines), inventory.listed());
            prop_assert_eq!(sum(|it| it.answered), fleet.coverage.answered);
            prop_assert_eq!(sum(|it| it.fully_patched), fleet.coverage.clean);
            prop_assert_eq!(sum(|it| it.gaps), fleet.gaps);
            prop_assert_eq!(sum(|it| it.exposure), fleet.exposure);
            let values: BTreeSet<&str> = groups.iter().map(|group| &*group.value).collect();
            prop_assert_eq!(values.len(), groups.len(), "each value once");
        }
    }
}
