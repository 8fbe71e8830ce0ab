//! `--format ocsf`: every gap as a finding for SIEMs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::{Finished, Scene};

const NAME: &str = "findings.ocsf.ndjson";

fn findings(run: &Finished) -> Vec<Value> {
    let text = String::from_utf8(run.bytes(NAME)).unwrap();
    let lines = text.lines();
    lines.map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn ids(run: &Finished) -> BTreeSet<String> {
    let ids = findings(run).into_iter();
    ids.map(|it| it["finding_info"]["uid"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_gap_is_a_finding_and_keeps_its_id() {
    let scene = Scene::with_machines(8);
    let formats = ["--format", "ocsf,csv,json"];
    let first = scene.report(&formats).exits_with(0);
    let gaps = first.rows("gaps.csv").into_iter();
    let gaps: BTreeSet<String> = gaps
        .map(|row| format!("{}/{}", row["machineId"], row["kbId"]))
        .collect();
    assert_eq!(ids(&first), gaps);
    let activities = |run: &Finished| -> BTreeSet<u64> {
        let all = findings(run).into_iter();
        all.map(|it| it["activity_id"].as_u64().unwrap()).collect()
    };
    assert_eq!(activities(&first), BTreeSet::from([1]));
    let bytes = first.bytes(NAME);
    let again = scene.report(&[&formats[..], &["--offline"]].concat());
    assert_eq!(again.exits_with(0).bytes(NAME), bytes);

    let second = scene.report(&formats).exits_with(0);
    assert_eq!(activities(&second), BTreeSet::from([2]));
    assert_eq!(ids(&second), gaps);
}
