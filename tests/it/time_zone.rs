//! Local time: the zone in `TZ`, valid or not.

use crate::common::{Finished, Scene};

/// The plan of a run with this `TZ`.
fn planned(scene: &Scene, zone: &str, arguments: &[&str]) -> Finished {
    let arguments = [&["report", "machines.csv", "--dry-run"], arguments].concat();
    let mut command = scene.command(&arguments);
    scene.finish(command.env("TZ", zone))
}

#[test]
fn plan_shows_times_with_their_offset() {
    let scene = Scene::with_machines(1);
    for (zone, offset) in [
        ("Asia/Kolkata", "+05:30"),
        ("Asia/Kolkata ", "+05:30"),
        ("\"Asia/Kolkata\"", "+05:30"),
        (":Asia/Kolkata", "+05:30"),
        ("<+0530>-5:30", "+05:30"),
        ("Asia/Tokyo", "+09:00"),
        ("", "+00:00"),
        ("UTC", "+00:00"),
    ] {
        let run = planned(&scene, zone, &["--until", "2038-01-01T06:00"]).exits_with(0);
        for start in ["time  ", "stops at  "] {
            let line = run.stdout.lines().find(|line| line.starts_with(start));
            assert!(line.unwrap().ends_with(offset), "{zone}: {line:?}");
        }
        assert!(!run.stderr.contains("TZ"), "{}", run.stderr);
    }
}

#[test]
fn start_of_a_run_shows_the_offset() {
    let scene = Scene::with_machines(1);
    let mut command = scene.command(&["report", "machines.csv", "--progress", "log"]);
    let run = scene
        .finish(command.env("TZ", "Asia/Kolkata"))
        .exits_with(0);
    let plan = run.stderr.lines().find(|line| line.contains("plan: "));
    assert!(plan.unwrap().contains(" +05:30 (in "), "{plan:?}");
}

#[test]
fn unknown_zone_is_warned_about_and_refused_where_needed() {
    let scene = Scene::with_machines(1);
    for zone in [
        "Nowhere/City",
        "CET-1CEST",
        "/no/such/file",
        "Europe/Berlin2",
    ] {
        let run = planned(&scene, zone, &[]).exits_with(0);
        let warning = format!("environment variable TZ: unknown time zone `{zone}`");
        run.complains(&warning);
        for arguments in [
            &["--until", "06:00"][..],
            &["--until", "2038-01-01T06:00"],
            &["--out", "reports/{date}"],
            &["--out", "{time}"],
        ] {
            let run = planned(&scene, zone, arguments).exits_with(3);
            let error = format!("error: unknown time zone `{zone}` in TZ, and ");
            run.complains(&error).hints("Europe/Berlin");
        }
        let exact = ["--until", "2038-01-01T06:00:00+01:00"];
        planned(&scene, zone, &exact).exits_with(0);
    }
    scene.assert_no_requests();
}
