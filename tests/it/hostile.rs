//! Hostile text from outside: complete in the files, harmless on the terminal.

use csv::Writer;
use patchgap::domain::machine::MachineId;

use crate::common::{Finished, Scene};

/// Texts that an attacker may put into a machine's name.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "=cmd|'/c calc'!A1",
        "+1+1",
        "-2+3",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\"quoted\", and 'quoted'",
        "two\nlines",
        "carriage\r\nreturn",
        "<script>alert(1)</script><b>&amp;",
        "\u{1b}[2J\u{1b}[31mred\u{1b}]0;title\u{7}",
        "\u{9b}31mred",
        "abc\u{202e}fdp.exe",
        "\u{2066}turned\u{2069} \u{200f}around",
        "bell\u{7} back\u{8} delete\u{7f}",
        "{date} %s %n $HOME `id` \\n",
        "東京 Zürich 👩\u{200d}💻",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("long ".repeat(2000));
    texts
}

/// A scene whose inventory names one machine after each of the texts.
fn scene() -> Scene {
    let scene = Scene::with_machines(texts().len());
    let mut csv = Writer::from_writer(Vec::new());
    csv.write_record(["machineId", "DeviceName", "\u{1b}[1mOwner"])
        .unwrap();
    for (machine, text) in scene.tenant.fleet().machines().iter().zip(texts()) {
        let id = machine.id.to_string();
        csv.write_record([&id, &text, &text]).unwrap();
    }
    scene.write("machines.csv", csv.into_inner().unwrap());
    scene
}

/// The cell of this machine in this column of `machines.csv`.
fn cell(run: &Finished, machine: MachineId, column: &str) -> String {
    let rows = run.rows("machines.csv");
    let id = machine.to_string();
    let row = rows.iter().find(|row| row["machineId"] == id).unwrap();
    row[column].clone()
}

/// Asserts that the output is plain text.
#[track_caller]
fn assert_plain_output(run: &Finished) {
    let steers = |letter: char| {
        let turns = matches!(letter, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || letter.is_control() && letter != '\n'
    };
    for said in [&run.stdout, &run.stderr] {
        assert!(!said.contains(steers), "{said:?}");
    }
    // A decoded line of JSON may also be shown on a terminal.
    for line in run.stderr.lines().filter(|line| line.starts_with('{')) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut values = line.as_object().unwrap().values();
        let plain = values.all(|it| it.as_str().is_none_or(|it| !it.contains(steers)));
        assert!(plain, "{line}");
    }
}

/// A text as in a CSV report: the tab may end a cell and so begin another one.
fn guarded(text: &str) -> String {
    match text {
        "\t=1+1" => "'\t'=1+1".to_owned(),
        _ if text.starts_with(['=', '+', '-', '@']) => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[test]
fn reports_keep_the_whole_text_and_guard_formulas() {
    let scene = scene();
    let run = scene.report(&[]).exits_with(0);
    for (machine, text) in scene.tenant.fleet().machines().iter().zip(texts()) {
        let expected = guarded(&text);
        assert_eq!(cell(&run, machine.id, "DeviceName"), expected);
        assert_eq!(cell(&run, machine.id, "\u{1b}[1mOwner"), expected);
    }
}

#[test]
fn without_the_guard_text_is_unchanged() {
    let scene = scene();
    let run = scene.report(&["--no-csv-guard"]).exits_with(0);
    for (machine, text) in scene.tenant.fleet().machines().iter().zip(texts()) {
        assert_eq!(cell(&run, machine.id, "DeviceName"), text);
    }
}

#[test]
fn terminal_output_is_plain_text() {
    let scene = scene();
    for arguments in [&[][..], &["-vvv", "--progress", "log"], &["--dry-run"]] {
        assert_plain_output(&scene.report(arguments).exits_with(0));
    }
    let run = scene.report(&["--log-format", "json", "-vvv", "--progress", "log"]);
    assert_plain_output(&run.exits_with(0));
}

#[test]
fn long_names_do_not_widen_terminal_tables() {
    let scene = scene();
    let run = scene.report(&[]).exits_with(0);
    let widest = run.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{}", run.stdout);
    assert!(!run.stdout.contains("\nlines"));
}

/// Invisible characters are escaped, because readers could not find them otherwise.
#[test]
fn invalid_ids_are_listed_with_visible_escapes() {
    let scene = scene();
    let mut csv = Writer::from_writer(scene.tenant.inventory_csv().into_bytes());
    for text in texts() {
        csv.write_record(["x", &text, "", "", ""]).unwrap();
    }
    scene.write("machines.csv", csv.into_inner().unwrap());
    let run = scene.report(&["--no-csv-guard", "-vvv"]).exits_with(5);
    assert_plain_output(&run);
    let kept: Vec<String> = run
        .rows("failures.csv")
        .iter()
        .map(|row| row["input"].clone())
        .collect();
    let is_hidden = |letter: char| match letter {
        '\u{200d}' | '\u{200f}' | '\u{202e}' | '\u{2066}' | '\u{2069}' => true,
        _ => letter.is_control() && !matches!(letter, '\t' | '\n' | '\r'),
    };
    let escaped = |letter: char| match letter {
        _ if is_hidden(letter) => letter.escape_unicode().to_string(),
        _ => letter.to_string(),
    };
    let shown = texts()
        .into_iter()
        .map(|text| text.chars().map(escaped).collect::<String>());
    assert_eq!(kept, shown.collect::<Vec<_>>());
}

#[test]
fn errors_about_hostile_files_are_plain() {
    let scene = Scene::with_machines(1);
    for text in texts() {
        let mut csv = Writer::from_writer(Vec::new());
        csv.write_record(["machineId", "Name"]).unwrap();
        csv.write_record([&text, "x"]).unwrap();
        scene.write("ids.csv", csv.into_inner().unwrap());
        assert_plain_output(&scene.run(&["report", "ids.csv"]).exits_with(3));

        let mut csv = Writer::from_writer(Vec::new());
        csv.write_record([&text, &text]).unwrap();
        scene.write("columns.csv", csv.into_inner().unwrap());
        assert_plain_output(&scene.run(&["report", "columns.csv"]).exits_with(3));
    }
}

#[test]
#[cfg(unix)]
fn hostile_paths_are_plain() {
    let scene = Scene::with_machines(1);
    // Paths with control characters are refused; bidirectional marks are valid in file names.
    let path = "\u{1b}[31mred\u{202e}\n.csv";
    for arguments in [
        &["report", path, "--dry-run"][..],
        &["report", "machines.csv", "--out", path],
        &["report", "machines.csv", "--config", path],
        &["report", "machines.csv", "--state", path],
    ] {
        assert_plain_output(&scene.run(arguments).exits_with(3));
    }
    let path = "red\u{202e}\u{2066}.csv";
    scene.write(path, scene.tenant.inventory_csv() + "x,web-01,,,,more\n");
    assert_plain_output(&scene.run(&["report", path, "--dry-run"]).exits_with(0));
    assert_plain_output(
        &scene
            .run(&["report", path, "--out", "\u{202e}"])
            .exits_with(5),
    );
    assert_plain_output(&scene.run(&["report", path, "--config", path]).exits_with(3));
    for log_format in ["text", "json"] {
        let arguments = ["report", "\u{202e}gone", "--log-format", log_format];
        assert_plain_output(&scene.run(&arguments).exits_with(3));
    }
}
