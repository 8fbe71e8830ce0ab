//! `--targets`: for each update to install first, the machines that miss it.

use std::{collections::BTreeSet, fs};

use crate::common::{Finished, Row, Scene};

/// The names of the files in the folder of targets.
fn targets(run: &Scene) -> Vec<String> {
    let entries = fs::read_dir(run.path("reports/targets"));
    let entries = entries.into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The files of the first updates by exposure, as `kbs.csv` has them.
fn first(run: &Finished, count: usize) -> Vec<String> {
    let mut kbs = run.rows("kbs.csv");
    let number = |row: &Row, name: &str| row[name].parse::<u64>().unwrap();
    kbs.sort_by(|one, other| {
        let key = |row| (number(row, "exposure"), number(row, "machinesMissing"));
        key(other)
            .cmp(&key(one))
            .then(one["kbId"].cmp(&other["kbId"]))
    });
    let kbs = kbs.iter().take(count);
    kbs.map(|row| format!("targets/KB{}.csv", row["kbId"]))
        .collect()
}

/// The files of targets that the summary lists.
fn summarized(run: &Finished) -> Vec<String> {
    let summary = run.summary();
    let files = summary["files"].as_array().unwrap().iter();
    let files = files.map(|file| file.as_str().unwrap().to_owned());
    files.filter(|file| file.starts_with("targets/")).collect()
}

#[test]
fn targets_are_the_machines_of_the_first_updates() {
    let scene = Scene::with_machines(40);
    let run = scene.report(&["--targets", "3"]).exits_with(0);
    let files = first(&run, 3);
    assert_eq!(summarized(&run), files);
    assert_eq!(targets(&scene).len(), 3);
    let own = fs::read_to_string(scene.path("reports/.patchgap-files")).unwrap();
    let gaps = run.rows("gaps.csv");
    for file in files {
        // On Windows the list has names in lower case.
        let line = format!("  {file}\n").to_lowercase();
        assert!(own.to_lowercase().contains(&line), "{own}");
        let text = String::from_utf8(run.bytes(&file)).unwrap();
        assert!(text.starts_with("machineId,machineName,DeviceName,osPlatform,osVersion,site\n"));
        let rows = run.rows(&file);
        let kb = file
            .trim_start_matches("targets/KB")
            .trim_end_matches(".csv");
        let missing = gaps.iter().filter(|gap| gap["kbId"] == kb);
        let missing: BTreeSet<&str> = missing.map(|gap| &*gap["machineId"]).collect();
        assert!(!missing.is_empty());
        let listed: BTreeSet<&str> = rows.iter().map(|row| &*row["machineId"]).collect();
        assert_eq!((listed, rows.len()), (missing.clone(), missing.len()));
        let names = rows
            .iter()
            .map(|row| (&row["machineName"], &row["machineId"]));
        assert!(names.is_sorted(), "{text}");
        for row in &rows {
            assert_eq!(row["machineName"], row["DeviceName"]);
        }
    }
}

#[test]
fn targets_of_an_earlier_run_go() {
    let scene = Scene::with_machines(40);
    let run = scene.report(&["--targets", "100000"]).exits_with(0);
    let all = run.rows("kbs.csv");
    let all = all.iter().filter(|kb| kb["exposure"] != "0").count();
    assert_eq!(targets(&scene).len(), all);
    assert!(all > 25, "{all}");
    // Offline, from another format, by the file.
    scene.write("patchgap.toml", "targets = 2\nformat = 'json'\n");
    let run = scene.run(&["report", "--offline"]).exits_with(0);
    assert_eq!(targets(&scene).len(), 2);
    assert_eq!(summarized(&run).len(), 2);
    scene.write("reports/targets/mine.csv", "mine");
    let run = scene.report(&["--targets", "0"]).exits_with(0);
    assert_eq!(targets(&scene), ["mine.csv"]);
    assert_eq!(summarized(&run), [""; 0]);
    fs::remove_file(scene.path("reports/targets/mine.csv")).unwrap();
    scene.report(&["--targets", "0"]).exits_with(0);
    assert!(!scene.path("reports/targets").exists());
}

#[test]
fn foreign_and_edited_targets_are_not_lost() {
    let scene = Scene::with_machines(10);
    fs::create_dir_all(scene.path("reports/targets")).unwrap();
    scene.write("reports/targets/KB1.csv", "mine");
    for mode in [&[][..], &["--dry-run"]] {
        let run = scene.report(&[&["--targets", "1"], mode].concat());
        run.exits_with(3)
            .complains("patchgap did not write: targets/KB1.csv")
            .hints("--out");
    }
    scene.assert_no_requests();
    // Without targets it does not matter.
    scene.report(&[]).exits_with(0);
    fs::remove_file(scene.path("reports/targets/KB1.csv")).unwrap();
    let run = scene.report(&["--targets", "1"]).exits_with(0);
    let file = summarized(&run).remove(0);
    let own = "the machines of my team\n";
    scene.write(&format!("reports/{file}"), own);
    let run = scene.report(&[]).exits_with(0);
    let kept = file.replace(".csv", ".edited.csv");
    assert_eq!(run.bytes(&kept), own.as_bytes());
    assert_eq!(targets(&scene).len(), 1);
}

#[test]
fn list_among_the_targets_is_not_overwritten() {
    let scene = Scene::with_machines(10);
    let run = scene.report(&["--targets", "1"]).exits_with(0);
    let list = format!("reports/{}", summarized(&run)[0]);
    let before = fs::read(scene.path(&list)).unwrap();
    for more in [&[][..], &["--targets", "1"]] {
        let run = scene.run(&[&["report", &list], more].concat());
        run.exits_with(3).complains("would be overwritten by");
    }
    assert_eq!(fs::read(scene.path(&list)).unwrap(), before);
    scene
        .run(&["report", &list, "--out", "again"])
        .exits_with(0);
}

#[test]
fn file_in_place_of_the_folder_is_refused() {
    let scene = Scene::with_machines(2);
    fs::create_dir(scene.path("reports")).unwrap();
    scene.write("reports/targets", "mine");
    let run = scene.report(&["--targets", "1"]).exits_with(3);
    run.complains("patchgap did not write: targets");
    scene.assert_no_requests();
    scene.report(&[]).exits_with(0);
    assert_eq!(fs::read(scene.path("reports/targets")).unwrap(), b"mine");
}
