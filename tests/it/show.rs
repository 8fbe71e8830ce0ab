//! `patchgap show`: who misses an update, or what a machine misses.

use std::collections::BTreeSet;

use patchgap::simulator::Fault;
use serde_json::Value;

use crate::common::{Finished, Row, Scene, fleet_ids};

/// A run of machines in groups.
fn scene() -> (Scene, Finished) {
    let scene = Scene::with_machines(30);
    let list = scene
        .tenant
        .inventory_csv()
        .replacen(",site\n", ",group\n", 1);
    scene.write("machines.csv", list);
    let run = scene.report(&[]).exits_with(0);
    (scene, run)
}

/// The rows that are shown as CSV.
fn rows(scene: &Scene, arguments: &[&str]) -> Vec<Row> {
    let csv = scene.run(&[&["show", "--format", "csv"], arguments].concat());
    let text = csv.exits_with(0).stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn keys(rows: &[Row]) -> BTreeSet<[String; 3]> {
    let key = |row: &Row| ["machineId", "kbId", "cveAddressed"].map(|name| row[name].clone());
    rows.iter().map(key).collect()
}

#[test]
fn update_is_shown_with_the_machines_that_miss_it() {
    let (scene, run) = scene();
    let kb = run.rows("kbs.csv").remove(0);
    let id = &*kb["kbId"];
    let mut gaps = run.rows("gaps.csv");
    gaps.retain(|row| row["kbId"] == id);
    for word in [id, &format!("KB{id}"), &format!(" kb{id} ")] {
        let shown = rows(&scene, &[word]);
        assert_eq!(keys(&shown), keys(&gaps), "{word}");
        for row in &shown {
            let listed = run.row("machines.csv", row["machineId"].parse().unwrap());
            assert_eq!(row["machineName"], listed["DeviceName"]);
            assert_eq!(row["group"], listed["group"]);
            assert_eq!(
                (&*row["since"], &*row["daysMissing"]),
                (&*listed["answeredAt"], "0")
            );
        }
    }
    let text = scene.run(&["show", id]).exits_with(0).stdout;
    let machines = format!("missing on {} machine", kb["machinesMissing"]);
    for part in [
        &format!("KB{id}"),
        &machines,
        "group",
        "missing since",
        "run 1 of ",
    ] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
    assert_eq!(text.lines().count(), 4 + gaps.len(), "{text}");
}

#[test]
fn machine_is_shown_with_the_updates_that_it_misses() {
    let (scene, run) = scene();
    let machine = run.rows("machines.csv").remove(0);
    let (id, name) = (&*machine["machineId"], &*machine["DeviceName"]);
    let mut gaps = run.rows("gaps.csv");
    gaps.retain(|row| row["machineId"] == id);
    assert!(gaps.len() > 1);
    for word in [id, &id.to_uppercase(), name, &name.to_uppercase()] {
        assert_eq!(keys(&rows(&scene, &[word])), keys(&gaps), "{word}");
    }
    let json = scene.run(&["show", name, "--format", "json"]).exits_with(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["run"], &json["machineId"]), (&1.into(), &id.into()));
    assert_eq!(json["gaps"].as_array().unwrap().len(), gaps.len());
    let text = scene.run(&["show", name]).exits_with(0).stdout;
    let title = format!("{name} ({id}), group {}\n", machine["group"]);
    assert!(text.starts_with(&title), "{text}");
    assert!(
        text.contains(&format!("misses {} updates", gaps.len())),
        "{text}"
    );
}

#[test]
fn gaps_are_missing_since_an_earlier_run() {
    let (scene, first) = scene();
    let machine = first.rows("machines.csv").remove(0);
    let id = &*machine["machineId"];
    let kept = scene.kept();
    kept.execute(
        "UPDATE answer SET since = json_array(as_of_ms - 49 * 3600000, json_extract(since, '$[1]'))
         WHERE json_array_length(since) = 2",
    );
    kept.age_answers(&[id.parse().unwrap()], 0);
    scene.report(&[]).exits_with(0);
    let shown = rows(&scene, &[id]);
    let answered: jiff::Timestamp = machine["answeredAt"].parse().unwrap();
    let since = format!("{:.0}", answered - jiff::SignedDuration::from_hours(49));
    assert!(!shown.is_empty());
    for row in &shown {
        assert_eq!((&*row["since"], &*row["daysMissing"]), (&*since, "2"));
    }
    assert_eq!(rows(&scene, &[id, "--run", "1"]), shown);
    let run = scene.run(&["show", id, "--run", "7"]).exits_with(3);
    run.complains("run 7 does not exist");
}

#[test]
fn what_is_not_there_is_an_error_with_near_matches() {
    let (scene, run) = scene();
    let machine = run.rows("machines.csv").remove(0);
    let name = &*machine["DeviceName"];
    let misspelt = format!("{name}x");
    let shown = scene.run(&["show", &misspelt]).exits_with(3);
    let error = format!("run 1 has no missing update and no machine `{misspelt}`");
    shown.complains(&error).hints(name);
    for word in ["KB1", &"0".repeat(40), "zzzz", ""] {
        let run = scene.run(&["show", word]).exits_with(3);
        run.complains("has no missing update and no machine");
    }
    scene.run(&["show"]).exits_with(2);
}

#[test]
fn ambiguous_name_lists_the_machines() {
    let scene = Scene::with_machines(3);
    let ids: Vec<String> = fleet_ids(3).iter().map(ToString::to_string).collect();
    let list = format!(
        "id,name\n{},SRV-07\n{},srv-07\n{},srv-08.contoso.com\n",
        ids[0], ids[1], ids[2]
    );
    scene.write("machines.csv", list);
    scene.report(&[]).exits_with(0);
    let run = scene.run(&["show", "srv-07"]).exits_with(3);
    let run = run
        .complains("several machines are named `srv-07`")
        .hints("by its id");
    assert!(
        run.stderr.contains(&format!("SRV-07 ({})", ids[0])),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains(&ids[1]));
    // The name without its domain will do.
    let text = scene.run(&["show", "SRV-08"]).exits_with(0).stdout;
    assert!(text.starts_with("srv-08.contoso.com ("), "{text}");
}

#[test]
fn machine_without_an_answer_says_why() {
    let gone = fleet_ids(1)[0];
    let scene = Scene::with(|settings| {
        settings.machines = 3;
        settings.faults.forever = [(gone, Fault::BadRequest)].into();
    });
    scene.report(&[]).exits_with(5);
    let id = gone.to_string();
    let text = scene.run(&["show", &id]).exits_with(0).stdout;
    assert!(text.contains("no answer: "), "{text}");
    let json = scene.run(&["show", &id, "--format", "json"]).exits_with(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&json["status"], &json["gaps"]),
        (&"failed".into(), &Value::Array(vec![]))
    );
}

#[test]
fn hostile_names_stay_text() {
    let scene = Scene::with_machines(1);
    let id = fleet_ids(1)[0];
    scene.write(
        "machines.csv",
        format!("id,name\n{id},\"=1+1\u{1b}[31m\"\n"),
    );
    scene.report(&["--no-csv-guard"]).exits_with(0);
    let id = id.to_string();
    let text = scene.run(&["show", &id]).exits_with(0).stdout;
    assert!(text.starts_with("=1+1 ("), "{text:?}");
    for row in rows(&scene, &[&id]) {
        assert!(row["machineName"].starts_with("'=1"), "{row:?}");
    }
}
