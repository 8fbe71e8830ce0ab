//! `--max-age`: any answer that is not older is reused, whichever run received it.

use std::collections::BTreeSet;

use patchgap::{domain::machine::MachineId, simulator::Fault};

use crate::common::{Finished, Scene, assert_truth, assert_truth_but_for, fleet_ids};

const MACHINES: usize = 12;

/// A tenant whose machines were all answered.
fn answered() -> Scene {
    let scene = Scene::with_machines(MACHINES);
    scene.report(&[]).exits_with(0);
    scene
}

/// The machines requested after this many calls, each once.
#[track_caller]
fn asked_after(scene: &Scene, calls: usize) -> BTreeSet<MachineId> {
    let calls = &scene.tenant.log().calls[calls..];
    let asked: BTreeSet<_> = calls.iter().map(|call| call.machine.unwrap()).collect();
    assert_eq!(asked.len(), calls.len());
    asked
}

/// The time of each machine's answer in a report.
fn times(run: &Finished, name: &str) -> BTreeSet<(String, String)> {
    let rows = run.rows(name).into_iter();
    rows.map(|row| (row["machineId"].clone(), row["answeredAt"].clone()))
        .collect()
}

#[test]
fn nothing_is_sent_when_every_answer_is_recent() {
    let scene = answered();
    let before = scene.report(&["--offline"]).exits_with(0);
    let (machines, gaps) = (times(&before, "machines.csv"), times(&before, "gaps.csv"));
    let run = scene.report(&["--max-age", "20h"]).exits_with(0);
    let run = run.complains("Reusing answers of earlier runs: 12 of 12 machines done");
    assert_eq!(scene.tenant.log().calls.len(), MACHINES);
    assert_truth(&scene, &run);
    assert_eq!(times(&run, "machines.csv"), machines);
    assert_eq!(times(&run, "gaps.csv"), gaps);
    let summary = run.summary();
    assert_eq!(summary["machines"]["reused"], MACHINES);
    assert_eq!(summary["machines"]["answered"], MACHINES);
    assert_eq!(summary["requests"]["sent"], 0);
    assert_eq!(summary["outcome"], "complete");
}

#[test]
fn only_old_or_missing_answers_are_requested() {
    let ids = fleet_ids(MACHINES);
    let scene = Scene::with(|settings| {
        settings.machines = MACHINES;
        let script = vec![Fault::BadRequest];
        settings.faults.script.insert(ids[0], script);
    });
    let run = scene.report(&[]).exits_with(5);
    assert_truth_but_for(&scene, &run, &[(ids[0], "failed")].into());
    scene.kept().age_answers(&ids[1..4], 21);
    scene.kept().age_answers(&ids[4..6], 19);
    let run = scene.report(&["--max-age", "20h"]).exits_with(0);
    assert_eq!(
        asked_after(&scene, MACHINES),
        ids[..4].iter().copied().collect()
    );
    assert_truth(&scene, &run);
    assert_eq!(run.summary()["machines"]["reused"], MACHINES - 4);
    assert_eq!(run.summary()["requests"]["sent"], 4);
    let age = |id| {
        let at = run.row("machines.csv", id)["answeredAt"].parse();
        jiff::Timestamp::now().duration_since(at.unwrap())
    };
    for (place, id) in ids.into_iter().enumerate() {
        let hours = if (4..6).contains(&place) { 19 } else { 0 };
        assert_eq!(age(id).as_hours(), hours);
    }
}

#[test]
fn another_list_reuses_these_answers() {
    let scene = answered();
    let ids = fleet_ids(MACHINES + 3);
    let list: Vec<String> = ids[6..].iter().map(ToString::to_string).collect();
    scene.write("other.csv", list.join("\n"));
    let run = scene.run(&["report", "other.csv", "--max-age", "1h"]);
    let unknown = ids[MACHINES..].iter().copied().collect();
    let asked: BTreeSet<_> = scene.tenant.log().calls[MACHINES..]
        .iter()
        .map(|call| call.machine.unwrap())
        .collect();
    assert_eq!(asked, unknown);
    let counts = run.exits_with(5).counts();
    assert_eq!((counts.answered, counts.not_found), (6, 3));
}

#[test]
fn without_max_age_nothing_is_reused() {
    let scene = answered();
    for (place, arguments) in [&[][..], &["--fresh"]].into_iter().enumerate() {
        let run = scene.report(arguments).exits_with(0);
        assert_eq!(run.summary()["machines"]["reused"], 0);
        assert_eq!(asked_after(&scene, MACHINES * (place + 1)).len(), MACHINES);
    }
}

#[test]
fn dry_run_leaves_out_reused_answers() {
    let scene = answered();
    scene.kept().age_answers(&fleet_ids(2), 21);
    let run = scene.report(&["--max-age", "20h", "--dry-run"]);
    let run = run.exits_with(0);
    assert!(
        run.stdout.contains("10 answers already stored"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("calls          2, one per machine"),
        "{}",
        run.stdout
    );
    assert_eq!(scene.tenant.log().calls.len(), MACHINES);
}

#[test]
fn partial_run_names_the_option_that_completes_it() {
    let failing = fleet_ids(1)[0];
    let scene = Scene::with(|settings| {
        settings.machines = 6;
        settings
            .faults
            .script
            .insert(failing, vec![Fault::BadRequest]);
    });
    let run = scene.report(&[]).exits_with(5);
    let said = run.stdout.lines().last().unwrap();
    let option = said
        .strip_prefix("run the same command with ")
        .and_then(|rest| rest.split_once(" to query only those"))
        .map(|(option, _)| option);
    let option: Vec<&str> = option.unwrap().split(' ').collect();
    let asked = scene.tenant.log().calls.len();
    let run = scene.report(&option).exits_with(0);
    assert_eq!(scene.tenant.log().calls.len(), asked + 1);
    assert!(
        run.stdout.ends_with("complete (exit code 0)\n"),
        "{}",
        run.stdout
    );
}
