//! The sample reports match those of the real binary for the sample inventory.

use std::{fs, path::PathBuf};

use patchgap::simulator::Settings;

use crate::common::{Finished, Scene, mask_columns};

/// Fields and columns whose values differ between runs.
const RUN_BOUND: [&str; 8] = [
    "startedAt",
    "finishedAt",
    "apiUrl",
    "answeredAt",
    "since",
    "oldestSince",
    "run",
    "date",
];

fn sample(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples");
    fs::read_to_string(path.join(name)).unwrap()
}

/// The text of a report without values that differ between runs: times, the run, and the address of
/// the simulated tenant.
fn masked(name: &str, text: &str) -> String {
    match name {
        // `lines` would hide a missing last line end, and other kinds of line ends.
        "summary.json" => text
            .split('\n')
            .map(mask_field)
            .collect::<Vec<_>>()
            .join("\n"),
        _ => mask_columns(text, &RUN_BOUND),
    }
}

fn mask_field(line: &str) -> String {
    match line.split_once(": ") {
        Some((name, _)) if RUN_BOUND.contains(&name.trim().trim_matches('"')) => {
            format!("{name}: masked")
        }
        _ => line.to_owned(),
    }
}

#[test]
fn sample_reports_match_the_sample_inventory() {
    let scene = Scene::with(|tenant| {
        tenant.machines = 25;
        tenant.seed = 7;
        tenant.faults = "gone=0.1".parse().unwrap();
    });
    scene.write("demo-machines.csv", sample("demo-machines.csv"));
    let run = scene.run(&["report", "demo-machines.csv"]).exits_with(5);
    for name in [
        "kbs.csv",
        "machines.csv",
        "gaps.csv",
        "failures.csv",
        "summary.json",
    ] {
        let made = String::from_utf8(run.bytes(name)).unwrap();
        let kept = sample(&format!("reports/{name}"));
        assert_eq!(masked(name, &made), masked(name, &kept), "{name}");
    }
}

#[test]
fn sample_inventories_are_read() {
    let scene = Scene::with_machines(1);
    for name in [
        "machines.csv",
        "machines-portal-export.csv",
        "machines-excel-unicode.txt",
        "ids.txt",
    ] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples");
        let path = path.join(name).display().to_string();
        let run = scene.run(&["report", &path, "--dry-run"]).exits_with(0);
        let expected = format!("{name}: 12 machines");
        assert!(run.stdout.contains(&expected), "{}", run.stdout);
    }
}

/// The lines of text in a picture, without its markup.
fn lines_of(picture: &str) -> Vec<String> {
    let texts = picture.lines().filter(|line| line.starts_with("<text"));
    texts
        .map(|line| {
            let parts = line.split('<').map(|part| part.split_once('>'));
            let text: String = parts.flatten().map(|(_, text)| text).collect();
            text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
        })
        .collect()
}

/// The nights of the demonstration that its output depends on, without the faults that cost time and
/// change no figure.
fn tonight() -> Finished {
    let tenant = |settings: &mut Settings, nights| {
        settings.machines = 500;
        settings.nights = nights;
    };
    let mut scene = Scene::with(|settings| tenant(settings, 5));
    for (night, days_to_the_next) in [(5, 1), (6, 5), (11, 1)] {
        scene.replace_tenant(|settings| tenant(settings, night));
        scene.write("machines.csv", scene.tenant.inventory_csv());
        scene.report(&["--format", "csv"]).exits_with(0);
        scene.kept().age_runs(days_to_the_next * 24);
    }
    scene.replace_tenant(|settings| {
        tenant(settings, 12);
        settings.faults = "gone=0.01".parse().unwrap();
    });
    scene.write("machines.csv", scene.tenant.inventory_csv());
    scene.report(&["--min-coverage=95"]).exits_with(0)
}

/// The picture shows a screen with wrapped lines; the output here is not wrapped.
#[test]
fn terminal_picture_matches_the_demo() {
    let said = tonight().stdout;
    let picture = lines_of(&sample("terminal.svg"));
    let begins = |what: &str| {
        picture
            .iter()
            .position(|line| line.starts_with(what))
            .unwrap()
    };
    let (coverage, since, place) = (
        begins("493 of 500"),
        begins("Since "),
        begins("reports in "),
    );
    let whole: Vec<&str> = said.lines().collect();
    for line in picture[coverage..since]
        .iter()
        .filter(|line| !line.is_empty())
    {
        assert!(whole.contains(&line.as_str()), "{line}\n{said}");
    }
    let told = picture[since..place].join(" ");
    let (_, told) = told.split_once(": ").unwrap();
    let unbroken = said.replace('\n', " ");
    for sentence in told.split(". ") {
        // Without the date, which is another one today.
        let (sentence, _) = sentence.split_once(" (20").unwrap_or((sentence, ""));
        assert!(unbroken.contains(sentence), "{sentence}\n{said}");
    }
    assert_eq!(
        picture.last().map(String::as_str),
        Some("complete (exit code 0)")
    );
}
