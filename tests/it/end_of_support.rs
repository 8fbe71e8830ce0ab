//! Machines whose Windows gets no more updates: with `--software`, they are never counted as patched.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::common::{Finished, Row, Scene};

/// A tenant that is large enough to have such machines, and others that follow soon.
const MACHINES: usize = 300;

fn scene() -> (Scene, Finished) {
    let scene = Scene::with_machines(MACHINES);
    let run = scene.report(&["--software"]).exits_with(0);
    (scene, run)
}

fn count(run: &Finished, of_machines: &str) -> usize {
    usize::try_from(run.summary()["machines"][of_machines].as_u64().unwrap()).unwrap()
}

/// The machines whose Windows gets no more updates, without gaps and with gaps.
fn unsupported(run: &Finished) -> [Vec<Row>; 2] {
    let today: Date = run.rows("machines.csv")[0]["date"].parse().unwrap();
    let ended = |row: &Row| {
        let ends = row["supportEnds"].parse::<Date>();
        row["supportStatus"].starts_with("EOS") || ends.is_ok_and(|ends| ends < today)
    };
    let rows = run.rows("machines.csv").into_iter();
    let rows = rows.filter(|row| row["status"] == "answered" && ended(row));
    let (without, with): (Vec<_>, Vec<_>) = rows.partition(|row| row["missingKbs"] == "0");
    [without, with]
}

fn by_id(run: &Finished) -> BTreeMap<String, Row> {
    let rows = run.rows("machines.csv").into_iter();
    rows.map(|row| (row["machineId"].clone(), row)).collect()
}

#[test]
fn unsupported_machines_are_never_counted_as_patched() {
    let (scene, run) = scene();
    let [without_gaps, _] = unsupported(&run);
    assert!(!without_gaps.is_empty());
    assert_eq!(count(&run, "unsupported"), without_gaps.len());
    let classes = ["withGaps", "clean", "noCurrentData", "unsupported"];
    let sum: usize = classes.map(|it| count(&run, it)).into_iter().sum();
    assert_eq!(sum, count(&run, "answered"));
    assert_eq!(run.summary()["fullyPatched"], count(&run, "clean"));
    let clean = count(&run, "clean");
    // Without the inventory they look patched. The reports are in the same folder.
    let without = scene.report(&["--state", "other.sqlite"]).exits_with(0);
    assert_eq!(count(&without, "unsupported"), 0);
    assert_eq!(count(&without, "clean"), clean + without_gaps.len());
}

#[test]
fn first_lines_name_the_unsupported_machines() {
    let (scene, run) = scene();
    let [without_gaps, _] = unsupported(&run);
    let warning = match without_gaps.len() {
        1 => "1 machine misses nothing because its Windows gets no updates any more".to_owned(),
        machines => {
            format!(
                "{machines} machines miss nothing because their Windows gets no updates any more"
            )
        }
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&run.stdout).contains(&warning), "{}", run.stdout);
    let page = String::from_utf8(run.bytes("report.html")).unwrap();
    assert!(page.contains(&warning));
    let (machines, counts) = (by_id(&run), run.summary()["machines"].clone());
    // The reports of a kept run say the same.
    let again = scene.report(&["--offline"]).exits_with(0);
    assert!(words(&again.stdout).contains(&warning), "{}", again.stdout);
    assert_eq!(by_id(&again), machines);
    let classes = [
        "answered",
        "withGaps",
        "clean",
        "noCurrentData",
        "unsupported",
    ];
    for class in classes {
        assert_eq!(again.summary()["machines"][class], counts[class], "{class}");
    }
}

#[test]
fn show_says_that_a_machine_is_unsupported() {
    let (scene, run) = scene();
    let [without_gaps, _] = unsupported(&run);
    let machine = &without_gaps[0];
    let shown = scene
        .run(&["show", &machine["machineId"]])
        .exits_with(0)
        .stdout;
    for part in [
        "unsupported: misses nothing",
        &machine["windowsBuild"],
        "no updates since",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let json = scene.run(&["show", &machine["machineId"], "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.exits_with(0).stdout).unwrap();
    assert_eq!(json["unsupported"], true);
    assert_eq!(json["windowsBuild"], machine["windowsBuild"].as_str());
}
