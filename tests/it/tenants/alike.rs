//! The reports of each tenant are, byte for byte, those of a run of its own, but for the number of the run, its
//! times, and the name in JSON.

use std::{collections::BTreeMap, io::Cursor, path::Path};

use rusqlite::Connection;
use zip::ZipArchive;

use super::several::{Several, output, tenant};
use crate::common::{Finished, Scene, kept::seal_answers};

/// The columns of CSV files that differ.
const MASKED: [&str; 5] = ["run", "date", "answeredAt", "since", "oldestSince"];
/// What the number of a run follows in other files.
const BEFORE_RUN: [&str; 3] = ["\"run\":", "\"run\": ", "run "];

/// The files of a folder, with those in a workbook, without what differs.
type Files = BTreeMap<String, String>;

/// Two nights of each tenant, together and alone.
struct Nights(Vec<(&'static str, Scene)>);

#[test]
fn reports_are_those_of_a_run_of_its_own() {
    let nights = Nights(vec![
        ("one", tenant(1, |_| {})),
        ("other", tenant(2, |_| {})),
    ]);
    let scenes = nights.0.iter().map(|(name, scene)| (*name, scene));
    let several = Several(scenes.collect());
    several.write("");
    for _ in 0..2 {
        several.report(&[]).exits_with(0);
        for (_, scene) in &nights.0 {
            alone(scene, &[&scene.path("machines.csv").display().to_string()]);
        }
    }
    nights.assert_alike(|name| !is_drawn(name));
    // Charts place a run by its second, so that those of two runs would differ.
    set_times(&several.host().path("store.sqlite"));
    several.report(&["--offline"]).exits_with(0);
    for (_, scene) in &nights.0 {
        set_times(&scene.path("alone.sqlite"));
        alone(scene, &["--offline"]);
    }
    nights.assert_alike(|_| true);
}

impl Nights {
    /// Asserts that the reports of which this holds are alike.
    #[track_caller]
    fn assert_alike(&self, is_compared: impl Fn(&str) -> bool) {
        for (name, scene) in &self.0 {
            let tenant = format!("\"tenant\":\"{name}\",");
            let files = |folder| files(&Finished::new(output(), folder), &tenant, &is_compared);
            let together = files(self.0[0].1.path("reports").join(name));
            let alone = files(scene.path("alone"));
            let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&together), names(&alone));
            for (name, file) in &together {
                assert_eq!(first_difference(file, &alone[name]), None, "{name}");
            }
        }
    }
}

/// Whether a report has charts.
fn is_drawn(name: &str) -> bool {
    ["report.html", "report.xlsx"].contains(&name)
}

/// What both texts have where they begin to differ, if they do.
fn first_difference(one: &str, other: &str) -> Option<[String; 2]> {
    let pairs = one.chars().zip(other.chars());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let from = |text: &str| {
        text.chars()
            .skip(same.saturating_sub(80))
            .take(160)
            .collect()
    };
    (one != other).then(|| [from(one), from(other)])
}

fn alone(scene: &Scene, arguments: &[&str]) {
    let mut command = scene.command(&[&["report", "--out", "alone"], arguments].concat());
    command.env("PATCHGAP_STATE", scene.path("alone.sqlite"));
    scene.finish(&mut command).exits_with(0);
}

/// Sets all times in a store: the first run of each tenant was on one day, the second on the next.
fn set_times(store: &Path) {
    let store = Connection::open(store).unwrap();
    let set = "
        CREATE TEMP TABLE night AS SELECT id AS run,
            1780000000000 + 86400000 * row_number() OVER (PARTITION BY service ORDER BY id) AS ms FROM run;
        UPDATE run SET started_at_ms = ms, active_at_ms = ms + 9000, finished_at_ms = ms + 9000
            FROM night WHERE night.run = run.id;
        UPDATE answer SET as_of_ms = ms + 5000 FROM night WHERE night.run = answer.run;
        UPDATE answer SET since = json_array(
                (SELECT min(as_of_ms) FROM answer), json_extract(since, '$[1]'))
            WHERE since <> '[]';
        UPDATE call SET answered_at_ms = sent_at_ms + 100";
    store.execute_batch(set).unwrap();
    seal_answers(&store);
}

fn files(run: &Finished, tenant: &str, is_compared: impl Fn(&str) -> bool) -> Files {
    let mut files = Files::new();
    // Hidden ones have the hashes of the others.
    let names = run.files().into_iter().filter(|it| !it.starts_with('.'));
    for name in names.filter(|it| is_compared(it)) {
        let (_, kind) = name.rsplit_once('.').unwrap();
        match kind {
            "xlsx" => files.extend(parts(&run.bytes(&name))),
            "csv" => drop(files.insert(name.clone(), run.masked(&name, &MASKED))),
            _ => {
                let text = masked(&run.bytes(&name));
                let spaced = format!("  {}\n", tenant.replace(':', ": "));
                files.insert(name, text.replace(&spaced, "").replace(tenant, ""));
            }
        }
    }
    files
}

/// The files in a workbook.
fn parts(workbook: &[u8]) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(workbook)).unwrap();
    let parts = (0..archive.len()).map(|number| {
        let mut part = archive.by_index(number).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut part, &mut bytes).unwrap();
        (part.name().unwrap().into_owned(), masked(&bytes))
    });
    parts.collect()
}

/// A text without times and numbers of runs.
fn masked(bytes: &[u8]) -> String {
    let mut rest = std::str::from_utf8(bytes).unwrap();
    let mut masked = String::new();
    while let Some(begin) = rest.find(|it: char| it.is_ascii_digit()) {
        let (before, from) = rest.split_at(begin);
        masked.push_str(before);
        let is_part = |it: char| it.is_ascii_alphanumeric() || ":.+-".contains(it);
        let (word, after) = from.split_at(from.find(|it| !is_part(it)).unwrap_or(from.len()));
        let is_run = BEFORE_RUN.iter().any(|it| masked.ends_with(it));
        masked.push_str(if is_run || is_time(word) { "#" } else { word });
        rest = after;
    }
    masked + rest
}

/// Whether this is a date, a time of the day, both, seconds since 1970, or a time in a workbook.
fn is_time(word: &str) -> bool {
    let shape = word.replace(|it: char| it.is_ascii_digit(), "0");
    let in_workbook = shape.strip_prefix("00000.");
    shape.starts_with("0000-00-00")
        || shape.starts_with("00:00")
        || shape == "0".repeat(10)
        || in_workbook.is_some_and(|rest| rest.len() > 3 && rest.bytes().all(|it| it == b'0'))
}

#[test]
fn only_times_and_numbers_of_runs_are_masked() {
    for (text, expected) in [
        ("\"since\":\"2026-11-30T13:12:17Z\",", "\"since\":\"#\","),
        (
            "Compared with run 2 of 2026-11-29 13:12 UTC",
            "Compared with run # of # # UTC",
        ),
        ("{\"run\":12,\"at\":[1796045378]}", "{\"run\":#,\"at\":[#]}"),
        ("<v>46356.56224537037</v><v>33.5</v>", "<v>#</v><v>33.5</v>"),
        (
            "KB5034441, CVE-2026-1234, 12345678901",
            "KB5034441, CVE-2026-1234, 12345678901",
        ),
    ] {
        assert_eq!(masked(text.as_bytes()), expected);
    }
}
