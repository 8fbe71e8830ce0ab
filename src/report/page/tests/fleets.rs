//! Very small and very bad fleets.

use jiff::Timestamp;

use super::{data, figure, page, section};
use crate::{
    domain::outcome::Outcome,
    inventory::{Cells, Inventory},
    report::fixture::{Fixture, answer, gap, not_found},
};

fn fixture(outcomes: Vec<Outcome>) -> Fixture {
    let small = Fixture::small();
    let machines = small.inventory.machines[..outcomes.len()].into();
    Fixture {
        inventory: Inventory {
            machines,
            cells: Cells::default(),
            columns: Vec::new(),
            rejected: Vec::new(),
            ..small.inventory
        },
        outcomes,
        ..small
    }
}

#[test]
fn empty_fleet_is_described_in_words() {
    let page = page(&fixture(Vec::new()));
    assert!(section(&page, "coverage").contains("0 of 0 machines answered"));
    assert!(section(&page, "actions").contains("which updates to install is not known"));
    assert!(section(&page, "machines").contains("No machine answered."));
    assert!(section(&page, "failures").contains("Every row of the list has a result."));
    assert_eq!(data(&page)["machines"]["count"], 0);
}

#[test]
fn fleet_of_one_machine_is_shown() {
    let page = page(&fixture(vec![answer(
        1,
        vec![gap("", 3), gap("5000802", 0)],
    )]));
    assert!(
        section(&page, "actions")
            .contains("Installing this update removes 100 % of the exposure score, on 1 machine.")
    );
    assert!(section(&page, "kbs").contains("(no KB id)"));
    assert!(!section(&page, "coverage").contains("no result"));
    assert_eq!(figure(&page, "gaps"), 2);
    assert!(
        data(&page)["machines"]["name"].is_null(),
        "the list has no names"
    );
    assert!(!section(&page, "machines").contains("data-key=\"name\""));
}

#[test]
fn fleet_without_gaps_is_shown() {
    let page = page(&fixture(vec![answer(1, vec![]), answer(2, vec![])]));
    assert!(section(&page, "actions").contains("Nothing to install"));
    assert!(section(&page, "kbs").contains("No answered machine misses a KB."));
    assert!(section(&page, "machines").contains(">fully patched<"));
    assert!(section(&page, "tiles").contains("none has gaps"));
    assert_eq!(figure(&page, "worst"), 0);
}

#[test]
fn fleet_without_answers_is_shown() {
    let page = page(&fixture(vec![not_found(1), not_found(2), not_found(3)]));
    assert!(section(&page, "coverage").contains("Partial: no result for 3 of 3 machines"));
    assert!(section(&page, "coverage").contains("Is this the right list"));
    assert!(section(&page, "kbs").contains("is not known"));
    assert!(section(&page, "actions").contains("which updates to install is not known"));
    // A zero would look like good news.
    assert_eq!(section(&page, "tiles").matches("not known").count(), 5);
    assert_eq!(
        section(&page, "charts").matches("nothing is known").count(),
        4
    );
    assert!(section(&page, "machines").contains("No machine answered."));
    assert_eq!(data(&page)["failures"]["line"].as_array().unwrap().len(), 3);
}

#[test]
fn machine_not_seen_is_not_clean() {
    let mut fixture = fixture(vec![answer(1, vec![]), answer(2, vec![])]);
    fixture.inventory.columns = vec!["lastSeen".to_owned()];
    fixture.inventory.cells = Cells::from_iter([["2026-11-20"], ["2026-01-01"]]);
    let page = page(&fixture);
    assert!(section(&page, "machines").contains(">no current data<"));
    assert!(section(&page, "notes").contains("1 machine has no current data"));
    assert_eq!(data(&page)["machines"]["status"], "12");
}

#[test]
fn columns_of_the_list_are_included() {
    let mut fixture = fixture((1..=3).map(|number| answer(number, vec![])).collect());
    let columns = ["Device Name", "OS", "input.Status", "Serial", "Empty"];
    fixture.inventory.columns = columns.map(str::to_owned).to_vec();
    fixture.inventory.cells = Cells::from_iter([
        ["web-01", "Windows", "Active", "1", ""],
        ["web-02", "Linux", "Active", "2", ""],
        ["web-03", "Windows", "Active", "3", ""],
    ]);
    let page = page(&fixture);
    let expected = serde_json::json!([
        {"name": "Device Name", "shown": false},
        {"name": "OS", "shown": true, "words": ["Windows", "Linux"], "of": [0, 1, 0]},
        {"name": "input.Status", "shown": false, "words": ["Active"], "of": [0, 0, 0]},
        {"name": "Serial", "shown": false, "values": ["1", "2", "3"]},
        {"name": "Empty", "shown": false, "words": [""], "of": [0, 0, 0]},
    ]);
    assert_eq!(data(&page)["machines"]["list"], expected);
}

#[test]
fn choice_of_updates_appears_above_five() {
    for (updates, choices) in [(1, 0), (5, 0), (6, 2), (10, 2), (11, 3), (40, 3)] {
        let gaps = (1..=updates).map(|number| gap(&format!("50{number:05}"), 1));
        let page = page(&fixture(vec![answer(1, gaps.collect())]));
        let buttons = section(&page, "actions").matches("<button").count();
        assert_eq!(buttons, choices, "{updates}");
    }
}

#[test]
fn tables_show_fifty_rows_and_contain_all() {
    let small = Fixture::small();
    let gaps = (0..120)
        .map(|number| gap(&format!("50{number:05}"), number))
        .collect();
    let page = page(&Fixture {
        outcomes: vec![answer(1, gaps)],
        ..small
    });
    let kbs = section(&page, "kbs");
    assert_eq!(kbs.matches("<tr>").count(), 1 + 50);
    assert!(kbs.contains("The first 50 of 120 KBs"));
    assert_eq!(data(&page)["kbs"]["kbId"].as_array().unwrap().len(), 120);
    let actions = section(&page, "actions");
    assert_eq!(actions.matches("<tr data-kb=").count(), 25);
    assert_eq!(actions.matches(" hidden><td").count(), 20);
    assert_eq!(actions.matches("these 25 updates").count(), 1);
}

#[test]
fn answer_times_are_relative_to_the_first() {
    let mut late = answer(2, vec![]);
    if let Ok(answer) = &mut late.result {
        answer.as_of = "2026-11-23T13:00:07Z".parse().unwrap();
    }
    let page = page(&fixture(vec![answer(1, vec![gap("1", 1)]), late]));
    let machines = &data(&page)["machines"];
    let first: Timestamp = "2026-11-23T13:00:00Z".parse().unwrap();
    assert_eq!(machines["firstAnswer"], first.as_second());
    assert_eq!(machines["answeredAt"], serde_json::json!([0, 7]));
}
