//! A service that allows fewer calls than was assumed: its limits are learned from its refusals.

use patchgap::simulator::Settings;

use crate::common::{Finished, Scene};

/// The default quota, without the pace.
const ASSUMED: [&str; 2] = ["--rate-limit", "100/min,1500/h"];

/// Long enough for all calls that the quota allows, and too short for another window.
const BRIEF: [&str; 3] = ["--budget", "3s", "--fresh"];

/// Fifty calls a minute, of 60 machines.
fn fifty(settings: &mut Settings) {
    settings.machines = 60;
    settings.limits = "50/min".parse().unwrap();
}

/// A run that stops when the quota is used up; the service counts from zero, and nothing but the limits is
/// remembered of earlier nights.
#[track_caller]
fn night(scene: &mut Scene, arguments: &[&str]) -> Finished {
    if scene.path("store.sqlite").exists() {
        let aged = "DELETE FROM pause;
            UPDATE call SET sent_at_ms = sent_at_ms - 7200000,
                answered_at_ms = answered_at_ms - 7200000;";
        scene.kept().execute(aged);
        scene.replace_tenant(fifty);
    }
    scene.report(&[&ASSUMED[..], &BRIEF, arguments].concat())
}

/// The number of calls that the quota refused, and the number of others.
fn calls(scene: &Scene) -> (usize, usize) {
    let log = scene.tenant.log();
    (log.over_quota(), log.calls.len() - log.over_quota())
}

/// Asserts that the service refused calls, and that the run said once how to make the limit permanent.
#[track_caller]
fn assert_learned(scene: &Scene, run: &Finished) {
    let (refused, answered) = calls(scene);
    assert!(refused > 0 && answered == 50, "{refused} {answered}");
    let said =
        "rate_limit = \"50/min,1500/h\" in the configuration file, or --rate-limit 50/min,1500/h";
    assert_eq!(run.stderr.matches(said).count(), 1, "{}", run.stderr);
}

#[track_caller]
fn assert_none_refused(scene: &Scene, run: &Finished) {
    assert_eq!(calls(scene), (0, 50), "{}", run.stderr);
    assert_eq!(run.summary()["requests"]["throttled"], 0);
    assert!(!run.stderr.contains("fewer calls"), "{}", run.stderr);
}

#[test]
fn the_night_after_a_refusal_is_refused_nothing() {
    let mut scene = Scene::with(fifty);
    let run = night(&mut scene, &[]);
    assert_learned(&scene, &run);
    let run = night(&mut scene, &[]);
    assert_none_refused(&scene, &run);
    let plan = "quota 50/min,1500/h";
    assert!(run.stderr.contains(plan), "{}", run.stderr);
}

#[test]
fn plan_and_check_know_the_learned_limit() {
    let mut scene = Scene::with(fifty);
    let check = [&["check"], &ASSUMED[..]].concat();
    let unlearned = scene.run(&check).exits_with(0).stdout;
    assert!(!unlearned.contains("\nquota "), "{unlearned}");
    let dry_run = |scene: &Scene, more: &[&str]| {
        let run = scene.report(&[&ASSUMED[..], &["--dry-run", "--fresh"], more].concat());
        let plan = run.exits_with(0).stdout;
        let about = |name: &str| {
            let line = plan.lines().find(|line| line.starts_with(name)).unwrap();
            line[name.len()..].trim().to_owned()
        };
        (about("quota"), about("time"))
    };
    night(&mut scene, &[]);
    scene.kept().execute("DELETE FROM pause; DELETE FROM call");
    let learned =
        "50/min,1500/h, paced at none; 100/min,1500/h is configured, but the service allowed less";
    let (quota, time) = dry_run(&scene, &[]);
    assert_eq!(quota, learned);
    assert!(time.starts_with("about 1 min"), "{time}");
    let checked = scene.run(&check).exits_with(0).stdout;
    assert!(
        checked.contains(&format!("\nquota          {learned}\n")),
        "{checked}"
    );

    let (quota, time) = dry_run(&scene, &["--forget-limits"]);
    assert_eq!(quota, "100/min,1500/h, paced at none");
    assert!(!time.contains("min"), "{time}");
    let (quota, _) = dry_run(&scene, &[]);
    assert_eq!(quota, learned, "a dry run forgets nothing");
    scene.replace_tenant(fifty);
    scene.kept().execute("DELETE FROM pause; DELETE FROM call");
    let check = [&check[..], &["--forget-limits"]].concat();
    scene.run(&check).exits_with(0);
    let (quota, _) = dry_run(&scene, &[]);
    assert_eq!(quota, "100/min,1500/h, paced at none");
}

#[test]
fn forgotten_limits_are_learned_again() {
    let mut scene = Scene::with(fifty);
    night(&mut scene, &[]);
    let run = night(&mut scene, &["--forget-limits"]);
    assert_learned(&scene, &run);
    let run = night(&mut scene, &[]);
    assert_none_refused(&scene, &run);
}

#[test]
fn wider_limits_are_tried_again_after_a_week() {
    let mut scene = Scene::with(fifty);
    night(&mut scene, &[]);
    let week = "UPDATE learned_limit SET learned_at_ms = learned_at_ms - 7 * 24 * 3600000";
    scene.kept().execute(week);
    let run = night(&mut scene, &[]);
    assert_learned(&scene, &run);
}

/// Without limits none are learned: whoever typed `none` wants none.
#[test]
fn no_limits_stay_none() {
    let scene = Scene::with(fifty);
    let run = scene
        .report(&[&BRIEF[..], &["--rate-limit", "none"]].concat())
        .exits_with(5);
    assert!(calls(&scene).0 > 0);
    assert!(!run.stderr.contains("fewer calls"), "{}", run.stderr);
    let run = scene.report(&[&ASSUMED[..], &["--dry-run"]].concat());
    assert!(!run.stdout.contains("allowed less"), "{}", run.stdout);
}

/// The service's processors are busy: it refuses one call, and names no limit.
#[test]
fn refusal_without_a_limit_teaches_nothing() {
    let scene = Scene::with(|settings| {
        settings.machines = 20;
        settings.faults = "throttled=0.1".parse().unwrap();
    });
    let run = scene.report(&["--rate-limit", "100/min", "--concurrency", "1"]);
    assert!(run.summary()["requests"]["throttled"].as_u64().unwrap() > 0);
    assert!(!run.stderr.contains("fewer calls"), "{}", run.stderr);
}
