//! A run that ended early is resumed for the same machines of the same tenant within half a day, unless
//! requested otherwise.

use std::fs;

use patchgap::simulator::{Fault, Settings, TenantFault};

use crate::common::{Finished, Scene, assert_truth, fleet_ids, wait_until};

const MACHINES: usize = 60;
const GOING_ON: &str = "Resuming the run started at";

fn fleet(settings: &mut Settings) {
    settings.machines = MACHINES;
}

fn calls(scene: &Scene) -> usize {
    scene.tenant.log().calls.len()
}

/// A tenant whose run was interrupted while waiting for the next hour, and the number of answers.
fn interrupted() -> (Scene, u64) {
    let scene = Scene::with(fleet);
    let run = scene.report_in_background(&["--rate-limit", "20/h"]);
    wait_until("the hour is used up", || calls(&scene) == 20);
    run.signal("INT");
    let counts = run.finish().exits_with(130).counts();
    assert_eq!((counts.answered, counts.pending), (20, 40));
    (scene, counts.answered)
}

/// Asserts that this run resumed one with this many answers.
#[track_caller]
fn went_on(scene: &Scene, run: Finished, answered: u64) -> Finished {
    let says = format!("{answered} of {MACHINES} machines done");
    let run = run.exits_with(0).complains(GOING_ON).complains(&says);
    assert_eq!(run.summary()["machines"]["reused"], answered);
    assert_truth(scene, &run);
    run
}

/// Asserts that this run resumed nothing.
#[track_caller]
fn began_anew(run: Finished) {
    let run = run.exits_with(0);
    assert!(!run.stderr.contains(GOING_ON), "{}", run.stderr);
    assert_eq!(run.summary()["machines"]["reused"], 0);
    assert_eq!(run.summary()["requests"]["sent"], run.counts().answered);
}

#[test]
fn interrupted_run_is_resumed() {
    let (scene, answered) = interrupted();
    let run = went_on(&scene, scene.report(&[]), answered);
    assert_eq!(calls(&scene), MACHINES, "nothing was asked twice");
    assert_eq!(run.summary()["requests"]["sent"], MACHINES);
}

#[test]
fn run_interrupted_twice_is_resumed() {
    let hang = fleet_ids(24).split_off(20);
    let scene = Scene::with(|settings| {
        fleet(settings);
        let script = hang.iter().map(|id| (*id, vec![Fault::Hang]));
        settings.faults.script = script.collect();
    });
    let run = scene.report_in_background(&["--concurrency", "4"]);
    let log = || scene.tenant.log();
    wait_until("only those that hang are in flight", || {
        hang.iter().all(|id| log().of(*id).count() == 1)
    });
    run.interrupt_twice();
    let run = run.finish().exits_with(130).complains("Stopping now");
    let answered = run.counts().answered;
    assert_eq!(answered, 20, "what had arrived is kept");
    went_on(&scene, scene.report(&[]), answered);
    assert_eq!(calls(&scene), MACHINES + 4, "only what was in flight");
}

#[test]
fn refused_run_is_resumed_once_the_licence_is_back() {
    let (mut scene, answered) = interrupted();
    scene.replace_tenant(|settings| {
        fleet(settings);
        settings.faults.tenant = Some(TenantFault::NoLicence);
    });
    let run = scene.report(&[]).exits_with(4).complains(GOING_ON);
    assert_eq!(run.summary()["outcome"], "refused");
    assert_eq!(run.counts().answered, answered);
    scene.replace_tenant(fleet);
    went_on(&scene, scene.report(&[]), answered);
    assert_eq!(calls(&scene) as u64, MACHINES as u64 - answered);
}

#[test]
fn run_with_unwritten_reports_is_resumed() {
    let scene = Scene::with(|settings| {
        fleet(settings);
        // Pauses every call for a second, which leaves time to block the report.
        let script = vec![Fault::Throttled];
        settings.faults.script.insert(fleet_ids(1)[0], script);
    });
    let run = scene.report_in_background(&[]);
    wait_until("it asks", || calls(&scene) > 0);
    fs::create_dir_all(scene.path("reports/kbs.csv/in-the-way")).unwrap();
    run.finish().exits_with(6);
    let asked = calls(&scene);
    fs::remove_dir_all(scene.path("reports/kbs.csv")).unwrap();
    went_on(&scene, scene.report(&[]), MACHINES as u64);
    assert_eq!(calls(&scene), asked, "nothing is left to ask");
}

#[test]
fn finished_run_is_not_resumed() {
    let scene = Scene::with_machines(5);
    scene.report(&[]).exits_with(0);
    began_anew(scene.report(&[]));
    assert_eq!(calls(&scene), 10);
}

#[test]
fn fresh_run_resumes_nothing() {
    let (scene, _) = interrupted();
    began_anew(scene.report(&["--fresh"]));
}

#[test]
fn old_run_is_not_resumed() {
    let (scene, _) = interrupted();
    began_anew(scene.report(&["--max-age", "1ms"]));
    let (scene, _) = interrupted();
    scene.kept().age_runs(13);
    began_anew(scene.report(&[]));
}

#[test]
fn run_within_half_a_day_is_resumed() {
    let (scene, answered) = interrupted();
    scene.kept().age_runs(11);
    went_on(&scene, scene.report(&[]), answered);
}

/// The first half of the list.
fn half(scene: &Scene) -> String {
    let csv = scene.tenant.inventory_csv();
    let lines: Vec<&str> = csv.lines().take(1 + MACHINES / 2).collect();
    lines.join("\n")
}

#[test]
fn run_of_another_list_is_not_resumed() {
    let (scene, _) = interrupted();
    scene.write("half.csv", half(&scene));
    began_anew(scene.run(&["report", "half.csv"]));
}

#[test]
fn run_of_another_api_is_not_resumed() {
    let (scene, _) = interrupted();
    let other = Scene::with(fleet);
    assert_eq!(other.tenant.tenant_id(), scene.tenant.tenant_id());
    let mut command = other.command(&["report", "machines.csv"]);
    command.env("PATCHGAP_STATE", scene.path("store.sqlite"));
    began_anew(other.finish(&mut command));
}

#[test]
fn run_of_another_tenant_is_not_resumed() {
    let (scene, answered) = interrupted();
    let token = scene.tenant.tokens().pop().unwrap();
    let other = "0f0e0d0c-0b0a-4908-8706-050403020100";
    for (tenant, goes_on) in [(other, false), (scene.tenant.tenant_id(), true)] {
        let arguments = ["--credential", "token", "--tenant-id", tenant];
        let arguments = [&["report", "machines.csv"][..], &arguments].concat();
        let mut command = scene.command(&arguments);
        let run = scene.finish(command.env("PATCHGAP_ACCESS_TOKEN", &token));
        if goes_on {
            went_on(&scene, run, answered);
        } else {
            began_anew(run);
        }
    }
}

#[test]
fn run_with_reordered_machines_and_other_columns_is_resumed() {
    let (scene, answered) = interrupted();
    let ids = fleet_ids(MACHINES).into_iter().rev();
    let rows: Vec<String> = ids.map(|id| format!("{id},of {id}")).collect();
    scene.write("other.csv", format!("id,owner\n{}\n", rows.join("\n")));
    let run = scene.run(&["report", "other.csv"]);
    let run = run.exits_with(0).complains(GOING_ON);
    assert_eq!(run.summary()["machines"]["reused"], answered);
    assert_eq!(run.summary()["inventory"]["file"], "other.csv");
    for row in run.rows("machines.csv") {
        assert_eq!(row["owner"], format!("of {}", row["machineId"]));
        assert!(!row.contains_key("site"));
    }
}
