//! Formulas that a spreadsheet would run, wherever a cell may begin.

use crate::common::Scene;

/// Tags of machines, and their expected cells.
const TAGS: [(&str, &str); 8] = [
    ("x;=6*7;y", "x;'=6*7;y"),
    ("two\n+lines", "two\n'+lines"),
    ("a\t@SUM(A1)", "a\t'@SUM(A1)"),
    ("a,-1|=2", "a,'-1|'=2"),
    ("＝6*7", "'＝6*7"),
    ("\u{a0}=6*7", "\u{a0}'=6*7"),
    ("prod; C++; a-b", "prod; C++; a-b"),
    ("admin@contoso.com", "admin@contoso.com"),
];

/// A list with these tags, in a column whose name is also a formula.
fn scene() -> Scene {
    let scene = Scene::with_machines(TAGS.len());
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["machineId", "Tags;=6*7"]).unwrap();
    for (machine, (tag, _)) in scene.tenant.fleet().machines().iter().zip(TAGS) {
        csv.write_record([&machine.id.to_string(), tag]).unwrap();
    }
    scene.write("machines.csv", csv.into_inner().unwrap());
    scene
}

#[test]
fn formulas_behind_separators_are_guarded() {
    let scene = scene();
    let run = scene.report(&["--format", "csv"]).exits_with(0);
    for (machine, (_, written)) in scene.tenant.fleet().machines().iter().zip(TAGS) {
        assert_eq!(run.row("machines.csv", machine.id)["Tags;'=6*7"], written);
    }
    for name in ["kbs.csv", "machines.csv", "gaps.csv", "failures.csv"] {
        let file = String::from_utf8(run.bytes(name)).unwrap();
        for cell in file.split([',', ';', '\t', '|', '\r', '\n']) {
            let cell = cell.trim_matches(|it: char| it == '"' || it.is_whitespace());
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '＝']),
                "{name}: {cell}"
            );
        }
    }
}

#[test]
fn without_the_guard_cells_are_unchanged() {
    let scene = scene();
    let run = scene
        .report(&["--format", "csv", "--no-csv-guard"])
        .exits_with(0);
    for (machine, (tag, _)) in scene.tenant.fleet().machines().iter().zip(TAGS) {
        assert_eq!(run.row("machines.csv", machine.id)["Tags;=6*7"], tag);
    }
}
