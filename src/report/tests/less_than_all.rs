//! Less than all never reads 100 % for people. The CSV files have rounded numbers.

use super::super::{
    Format,
    fixture::{Fixture, answer, gap},
    markdown, reports,
    terminal::{Style, render},
};
use crate::{
    domain::machine::MachineId,
    inventory::{Cells, InventoryMachine},
    report::tests::agreement::people::cells,
};

const MACHINES: u16 = 2_000;

/// All machines but one miss an update: 99.95 % of them.
fn all_but_one() -> Fixture {
    let mut fixture = Fixture::small();
    let ids = (1..=MACHINES).map(|number| {
        let mut bytes = [0; 20];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        MachineId::from_bytes(bytes)
    });
    let outcomes = ids.map(|machine| {
        let mut outcome = answer(1, vec![gap("5000802", 7)]);
        outcome.machine = machine;
        outcome
    });
    fixture.outcomes = outcomes.collect();
    fixture.outcomes[0].result = answer(1, Vec::new()).result;
    let machines = fixture.outcomes.iter().map(|outcome| InventoryMachine {
        id: outcome.machine,
        line: 2,
    });
    fixture.inventory.machines = machines.collect();
    let empty = fixture.outcomes.iter().map(|_| ["", ""]);
    fixture.inventory.cells = empty.collect::<Cells>();
    fixture.inventory.rejected.clear();
    fixture
}

#[test]
fn less_than_all_never_reads_100_percent() {
    let fixture = all_but_one();
    let report = |format, name: &str| {
        let reports = reports(&[format]);
        let report = reports.iter().find(|it| it.file_name() == name).unwrap();
        fixture.bytes(report.as_ref())
    };
    let text = |bytes| String::from_utf8(bytes).unwrap();

    let page = text(report(Format::Html, "report.html"));
    assert!(page.contains(r#"<td class="num">99.9</td>"#), "{page}");
    assert!(!page.contains(r#"<td class="num">100.0</td>"#), "{page}");
    let kbs = cells(&report(Format::Xlsx, "report.xlsx"), "KBs");
    assert!(kbs.lines().any(|cell| cell.starts_with("0.999")), "{kbs}");
    let terminal = fixture.with_run(|run| render(run, 100, Style::Plain));
    let row = terminal
        .lines()
        .find(|it| it.starts_with("1  KB5000802") && it.ends_with("99.9"));
    assert!(row.is_some(), "{terminal}");
    let markdown = fixture.with_run(markdown);
    assert!(markdown.contains("| 1,999 | 99.9 |"), "{markdown}");
    // A number with one decimal.
    let csv = text(report(Format::Csv, "kbs.csv"));
    assert!(csv.contains(",1999,100.0,"), "{csv}");
}
