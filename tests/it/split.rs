//! `--split-by`: the reports of the machines with each value of a column, in folders of their own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use crate::common::{Finished, Row, Scene};

/// A report of one folder.
fn rows(scene: &Scene, path: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(scene.path("reports").join(path)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn summary(scene: &Scene, folder: &str) -> Value {
    let path = scene.path("reports").join(folder).join("summary.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The names of the folders below the reports.
fn folders(scene: &Scene) -> Vec<String> {
    let entries = fs::read_dir(scene.path("reports")).unwrap();
    let entries = entries.map(Result::unwrap);
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// Rewrites the value of the list's `site` column by the position of the machine.
fn set_sites(scene: &Scene, site: impl Fn(usize) -> String) {
    let list = scene.tenant.inventory_csv();
    let mut lines = list.lines();
    let mut text = format!("{}\n", lines.next().unwrap());
    for (at, line) in lines.enumerate() {
        let (start, _) = line.rsplit_once(',').unwrap();
        text = format!("{text}{start},{}\n", site(at));
    }
    scene.write("machines.csv", text);
}

fn sites(at: usize) -> String {
    ["Berlin", "berlin", "\"../up, =1\"", "", "CON"][at % 5].to_owned()
}

/// The folders of these sites, with their values.
fn expected() -> BTreeMap<String, &'static str> {
    let hash = folders_of("berlin");
    [
        ("Berlin", "Berlin"),
        (&*hash, "berlin"),
        ("_.._up, =1", "../up, =1"),
        ("none", ""),
        ("_CON", "CON"),
    ]
    .map(|(folder, value)| (folder.to_owned(), value))
    .into()
}

fn folders_of(value: &str) -> String {
    use sha2::{Digest, Sha256};
    let start = Sha256::digest(value).into_iter().take(6);
    start.fold(format!("{value}-"), |name, byte| {
        format!("{name}{byte:02x}")
    })
}

/// Asserts that the reports in a folder have the machines with this value, and their figures.
#[track_caller]
fn has_its_machines(scene: &Scene, run: &Finished, folder: &str, value: &str) {
    let guarded = |value: &str| value.replace("=1", "'=1").replace("''", "'");
    let own = rows(scene, &format!("{folder}/machines.csv"));
    assert_eq!(own.len(), 12);
    for row in &own {
        let of_whole = run.row("machines.csv", row["machineId"].parse().unwrap());
        assert_eq!(guarded(&row["site"]), guarded(value));
        assert_eq!(row["missingKbs"], of_whole["missingKbs"]);
    }
    let ids: BTreeSet<&str> = own.iter().map(|row| &*row["machineId"]).collect();
    let gaps = rows(scene, &format!("{folder}/gaps.csv"));
    let all = run.rows("gaps.csv").into_iter();
    assert!(
        all.filter(|row| ids.contains(&*row["machineId"]))
            .eq(gaps.iter().cloned())
    );
    let summary = summary(scene, folder);
    assert_eq!(summary["machines"]["answered"], 12);
    assert_eq!(summary["inventory"]["rows"], 12);
    assert_eq!(summary["gaps"], gaps.len());
    let exposure = gaps
        .iter()
        .map(|row| row["cveAddressed"].parse::<u64>().unwrap());
    assert_eq!(summary["exposure"], exposure.sum::<u64>());
    let kbs: BTreeSet<&str> = gaps.iter().map(|row| &*row["kbId"]).collect();
    assert_eq!(summary["kbs"], kbs.len());
    let files = summary["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str);
    let targets: Vec<&str> = files.filter(|file| file.starts_with("targets/")).collect();
    assert!(!targets.is_empty());
    for row in targets
        .iter()
        .flat_map(|target| rows(scene, &format!("{folder}/{target}")))
    {
        assert!(ids.contains(&*row["machineId"]), "{row:?}");
    }
}

/// What the page of a folder says about what it lacks.
const PART: &str = "are only in the reports of the whole list, one folder up.";

#[test]
fn each_folder_has_all_reports_of_its_machines_alone() {
    let scene = Scene::with_machines(60);
    set_sites(&scene, sites);
    let run = scene
        .report(&["--split-by", "SITE", "--targets", "2"])
        .exits_with(0);
    let expected = expected();
    let mut names: Vec<String> = expected.keys().cloned().collect();
    names.push("targets".to_owned());
    names.sort();
    assert_eq!(folders(&scene), names);
    let whole = names_in(&scene.path("reports"));
    for (folder, value) in &expected {
        let path = scene.path("reports").join(folder);
        assert_eq!(names_in(&path), whole, "{folder}");
        has_its_machines(&scene, &run, folder, value);
        let page = fs::read_to_string(path.join("report.html")).unwrap();
        let shown = if value.is_empty() { "none" } else { value };
        assert!(page.contains(&format!(", site: {shown}")), "{shown}");
        assert!(page.contains(PART), "{shown}");
    }
    let page = fs::read_to_string(scene.path("reports").join("report.html")).unwrap();
    assert!(!page.contains(PART), "whole list");
    assert_eq!(run.rows("machines.csv").len(), 5 * 12);
}

#[test]
fn changes_of_a_folder_are_those_of_its_machines() {
    let mut scene = Scene::with_machines(40);
    let night = |scene: &Scene, nights: usize| -> Finished {
        // A new machine does not move any other to another site.
        set_sites(scene, |at| ["Basel", "Bern"][(at + nights) % 2].to_owned());
        let run = scene.report(&["--split-by", "site", "--min-coverage", "0"]);
        run.exits_with(0)
    };
    night(&scene, 0);
    scene.replace_tenant(|settings| {
        settings.machines = 40;
        settings.nights = 6;
    });
    let run = night(&scene, 0);
    let all = run.rows("changes.csv");
    let mut listed = 0;
    for folder in ["Basel", "Bern"] {
        let ids = rows(&scene, &format!("{folder}/machines.csv"));
        let ids: BTreeSet<String> = ids
            .into_iter()
            .map(|row| row["machineId"].clone())
            .collect();
        let own: Vec<&Row> = all
            .iter()
            .filter(|row| ids.contains(&row["machineId"]))
            .collect();
        let changes = rows(&scene, &format!("{folder}/changes.csv"));
        assert!(changes.iter().eq(own), "{folder}");
        listed += changes.len();
        let summary = summary(&scene, folder);
        assert_eq!(summary["changes"]["base"]["run"], 1);
        let new = changes.iter().filter(|row| row["change"] == "new").count();
        assert_eq!(summary["changes"]["new"], new);
    }
    let left = all
        .iter()
        .filter(|row| row["change"] == "outOfScope")
        .count();
    assert_eq!(listed + left, all.len());
    assert!(listed > 0);
}

/// Trend and time to patch of a folder, from the gaps that each night's own report listed.
#[track_caller]
fn follows_its_machines(scene: &Scene, folder: &str, nights: &[Vec<Row>]) {
    let ids = rows(scene, &format!("{folder}/machines.csv"));
    let ids: BTreeSet<&str> = ids.iter().map(|row| &*row["machineId"]).collect();
    let path = scene.path("reports").join(folder).join("report.json");
    let report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let own = nights.iter().map(|gaps| {
        let own = gaps.iter().filter(|row| ids.contains(&*row["machineId"]));
        own.collect::<Vec<_>>()
    });
    let own: Vec<Vec<&Row>> = own.collect();
    let exposure = |gaps: &Vec<&Row>| -> u64 {
        let cves = gaps.iter().map(|row| row["cveAddressed"].parse::<u64>());
        cves.map(Result::unwrap).sum()
    };
    let machines = |gaps: &Vec<&Row>, name: &str| {
        let named = gaps.iter().filter(|row| row["name"].starts_with(name));
        let machines: BTreeSet<&str> = named.map(|row| &*row["machineId"]).collect();
        machines.len()
    };
    let trend = report["trend"].as_array().unwrap();
    assert_eq!(trend.len(), nights.len(), "{folder}");
    for (point, gaps) in trend.iter().zip(&own) {
        assert_eq!(point["gaps"], gaps.len(), "{folder}");
        assert_eq!(point["exposure"], exposure(gaps), "{folder}");
        assert_eq!(point["withGaps"], machines(gaps, ""), "{folder}");
    }
    let april = report["timeToPatch"].as_array().unwrap();
    let april = april.iter().find(|it| it["month"] == "2026-04").unwrap();
    let missing = april["runs"].as_array().unwrap().iter();
    let missing: Vec<&Value> = missing.map(|it| &it["machines"]).collect();
    let expected = own[1..].iter().map(|gaps| machines(gaps, "April 2026"));
    assert_eq!(missing, expected.collect::<Vec<_>>(), "{folder}");
}

#[test]
fn trend_and_time_to_patch_of_a_folder_are_those_of_its_machines() {
    let mut scene = Scene::with_machines(30);
    let mut nights = Vec::new();
    // The updates of April are released on night 6.
    for night in [5, 6, 8] {
        scene.replace_tenant(|settings| {
            settings.machines = 30;
            settings.nights = night;
        });
        set_sites(&scene, |at| {
            ["Basel", "Bern"][(at + nights.len()) % 2].to_owned()
        });
        let run = scene.report(&["--split-by", "site"]).exits_with(0);
        nights.push(run.rows("gaps.csv"));
        scene.kept().age_runs(24);
    }
    for folder in ["Basel", "Bern"] {
        follows_its_machines(&scene, folder, &nights);
    }
    // A kept run says the same.
    scene
        .run(&["report", "--offline", "--split-by", "site"])
        .exits_with(0);
    follows_its_machines(&scene, "Bern", &nights);
}

#[test]
fn folders_of_values_that_are_gone_are_removed() {
    let scene = Scene::with_machines(20);
    set_sites(&scene, sites);
    scene
        .report(&["--split-by", "site", "--targets", "1"])
        .exits_with(0);
    scene.write("reports/Berlin/notes.txt", "mine");
    scene.write("reports/_CON/kbs.csv", "edited");
    fs::create_dir(scene.path("reports/Bern")).unwrap();
    scene.write("reports/Bern/mine.txt", "mine");
    set_sites(&scene, |_| "Bern".to_owned());
    scene.report(&["--split-by", "site"]).exits_with(0);
    assert_eq!(folders(&scene), ["Berlin", "Bern", "_CON"]);
    let left = |folder: &str| names_in(&scene.path("reports").join(folder));
    assert!(
        left("Berlin").iter().eq(["notes.txt"]),
        "{:?}",
        left("Berlin")
    );
    assert!(
        left("_CON").iter().eq(["kbs.edited.csv"]),
        "{:?}",
        left("_CON")
    );
    assert_eq!(summary(&scene, "Bern")["machines"]["answered"], 20);
    // Without the option the folder of this run is removed as well; files that patchgap did not
    // write stay.
    scene.report(&[]).exits_with(0);
    assert!(left("Bern").iter().eq(["mine.txt"]), "{:?}", left("Bern"));
}

#[test]
fn kept_run_is_split_as_well() {
    let scene = Scene::with_machines(20);
    set_sites(&scene, sites);
    scene.report(&["--split-by", "site"]).exits_with(0);
    let before = summary(&scene, "Berlin");
    fs::remove_dir_all(scene.path("reports")).unwrap();
    scene.write("patchgap.toml", "split_by = 'site'\n");
    scene.run(&["report", "--offline"]).exits_with(0);
    assert_eq!(summary(&scene, "Berlin"), before);
    assert_eq!(folders(&scene).len(), 5);
}

#[test]
fn unknown_column_is_refused_before_anything_is_asked() {
    let scene = Scene::with_machines(5);
    for mode in [&[][..], &["--dry-run"]] {
        let run = scene.report(&[&["--split-by", "grp"], mode].concat());
        run.exits_with(3)
            .complains("the list has no column `grp`")
            .hints("DeviceName, osPlatform, osVersion, site");
    }
    let run = scene.run(&["report", "--all-machines", "--split-by", "grp"]);
    run.exits_with(3).hints("group, tags");
    scene.assert_no_requests();
    scene.report(&[]).exits_with(0);
    for mode in [&[][..], &["--dry-run"]] {
        let run = scene.run(&[&["report", "--offline", "--split-by", "grp"], mode].concat());
        run.exits_with(3).complains("no column `grp`");
    }
}

#[test]
fn column_with_too_many_values_is_refused() {
    let scene = Scene::with_machines(5);
    let rows = (1..=1001).map(|id| format!("{id:040x},owner-{id}\n"));
    let list: String = rows.collect();
    scene.write("machines.csv", format!("id,owner\n{list}"));
    let run = scene.report(&["--split-by", "owner"]).exits_with(3);
    run.complains("has 1,001 different values")
        .hints("fewer values");
    scene.assert_no_requests();
}

#[test]
fn foreign_file_in_a_folder_is_refused_before_anything_is_asked() {
    let scene = Scene::with_machines(5);
    set_sites(&scene, |_| "Bern".to_owned());
    fs::create_dir_all(scene.path("reports/Bern")).unwrap();
    scene.write("reports/Bern/kbs.csv", "mine");
    let run = scene.report(&["--split-by", "site"]).exits_with(3);
    run.complains("did not write: kbs.csv").hints("--out");
    fs::rename(
        scene.path("machines.csv"),
        scene.path("reports/Bern/machines.csv"),
    )
    .unwrap();
    let run = scene.run(&["report", "reports/Bern/machines.csv", "--split-by", "site"]);
    run.exits_with(3).complains("would be overwritten by");
    fs::remove_dir_all(scene.path("reports/Bern")).unwrap();
    set_sites(&scene, |_| "Bern".to_owned());
    scene.write("reports/Bern", "a file");
    let run = scene.report(&["--split-by", "site"]).exits_with(6);
    run.complains("cannot create the output folder");
    scene.assert_no_requests();
}
