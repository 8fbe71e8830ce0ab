//! Killed, as by `kill -9` or a power cut: no stored answer is requested again, and the reports are
//! those of an undisturbed run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use fastrand::Rng;
use patchgap::{
    domain::machine::MachineId,
    simulator::{Call, Fault, Settings},
};

use crate::common::{Background, Finished, Scene, assert_truth, fleet_ids, wait_until};

const MACHINES: usize = 240;
const KILLS: usize = 25;
const CONCURRENCY: usize = 4;

/// A fleet with flapping and missing machines, and calls that fail at random.
fn night(settings: &mut Settings) {
    settings.machines = MACHINES;
    settings.latency = Duration::from_millis(8);
    settings.faults.flapping = 0.1;
    settings.faults.gone = 0.03;
    settings.faults.per_call = vec![
        (Fault::ServerError, 0.03),
        (Fault::Reset, 0.02),
        (Fault::Throttled, 0.004),
        (Fault::Paged, 0.1),
    ];
    settings.faults.retry_after = Duration::ZERO;
}

/// With a quota that is never used up: each call is recorded before it is sent, and by then
/// everything before it is stored.
fn begin(scene: &Scene) -> Background {
    let concurrency = CONCURRENCY.to_string();
    scene.report_in_background(&["--concurrency", &concurrency, "--rate-limit", "10000/min"])
}

/// Waits until this many calls have arrived or the run has ended.
fn wait_for_calls(scene: &Scene, run: &mut Background, calls: usize) {
    wait_until("the calls have arrived", || {
        scene.tenant.log().calls.len() >= calls || run.has_ended()
    });
}

/// Everything that does not depend on the time and number of calls.
fn lasting(run: &Finished) -> BTreeMap<&'static str, String> {
    let csv = ["kbs.csv", "machines.csv", "gaps.csv", "failures.csv"];
    let mut reports: BTreeMap<_, _> = csv
        .map(|name| {
            (
                name,
                run.masked(
                    name,
                    &[
                        "answeredAt",
                        "since",
                        "oldestSince",
                        "correlationId",
                        "run",
                        "date",
                    ],
                ),
            )
        })
        .into();
    let mut summary = run.summary();
    for fleeting in ["startedAt", "finishedAt", "apiUrl", "requests"] {
        assert!(!summary[fleeting].take().is_null());
    }
    summary["machines"]["reused"].take();
    reports.insert("summary.json", summary.to_string());
    reports
}

/// The contents of the store after a kill.
struct Keeping {
    /// Calls that had arrived.
    calls: usize,
    answered: BTreeSet<MachineId>,
    /// Number of not-found replies for each missing machine.
    times_unknown: BTreeMap<MachineId, usize>,
}

/// The machines missing from the tenant.
fn gone(scene: &Scene) -> Vec<MachineId> {
    let mut ids = fleet_ids(MACHINES);
    ids.retain(|id| scene.tenant.truth(*id).is_none());
    ids
}

/// Starts the run and kills it, repeatedly.
fn kill_at_random_moments(scene: &Scene) -> Vec<Keeping> {
    let mut random = Rng::with_seed(3);
    let mut kill = || {
        let before = scene.tenant.log().calls.len();
        let mut run = begin(scene);
        wait_for_calls(scene, &mut run, before + random.usize(1..20));
        run.kill();
        let kept = scene.copy_of_kept();
        let gone = gone(scene).into_iter();
        Keeping {
            calls: scene.tenant.log().calls.len(),
            answered: kept.answered(),
            times_unknown: gone.map(|id| (id, kept.times_unknown(id))).collect(),
        }
    };
    (0..KILLS).map(|_| kill()).collect()
}

/// Asserts that no machine was requested again after its answer was stored.
#[track_caller]
fn assert_none_asked_again(scene: &Scene, kept: &[Keeping]) {
    let calls = scene.tenant.log().calls;
    for Keeping {
        calls: arrived,
        answered,
        ..
    } in kept
    {
        let later = calls[*arrived..].iter().filter_map(|call| call.machine);
        let again: Vec<_> = later.filter(|id| answered.contains(id)).collect();
        assert!(again.is_empty(), "asked again: {again:?}");
    }
}

/// Three calls show that a machine is missing; each kill loses at most the one in flight.
#[track_caller]
fn assert_gone_are_left_alone(scene: &Scene, kept: &[Keeping]) {
    let calls = scene.tenant.log().calls;
    for id in gone(scene) {
        let asked = |calls: &[Call]| calls.iter().filter(|it| it.machine == Some(id)).count();
        let (mut arrived, mut times) = (0, 0);
        for keeping in kept {
            let lost = asked(&calls[arrived..keeping.calls]) + times;
            (arrived, times) = (keeping.calls, keeping.times_unknown[&id]);
            assert!((times..=times + 1).contains(&lost), "{id}");
        }
        assert_eq!(asked(&calls[arrived..]), 3 - times, "{id}");
    }
}

#[test]
fn kills_at_random_moments_lose_no_stored_answer() {
    let undisturbed = Scene::with(night);
    let expected = begin(&undisturbed);
    let scene = Scene::with(night);
    let kept = kill_at_random_moments(&scene);
    let expected = expected.finish().exits_with(5);
    let run = begin(&scene).finish().exits_with(5);
    let run = run.complains("Resuming the run started at");

    assert_eq!(lasting(&run), lasting(&expected));
    assert_none_asked_again(&scene, &kept);
    assert_gone_are_left_alone(&scene, &kept);
    let asked = |scene: &Scene| scene.tenant.log().calls.len();
    let lost = asked(&scene) - asked(&undisturbed);
    assert!(lost <= KILLS * (CONCURRENCY + 2), "{lost} calls lost");
    assert_eq!(run.summary()["outcome"], "partial");
}

/// Kills a run as soon as a condition holds, and asserts that the next one completes.
#[track_caller]
fn kill_when(scene: &Scene, what: &str, mut is_there: impl FnMut(&Scene) -> bool) {
    let mut run = scene.report_in_background(&["--progress", "off"]);
    while !is_there(scene) && !run.has_ended() {}
    run.kill();
    let run = scene.report(&[]);
    assert_eq!(run.code, Some(0), "{what}: {}", run.stderr);
    assert_truth(scene, &run);
    for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
        let _ = fs::remove_file(scene.path(name));
    }
}

#[test]
fn kill_while_the_store_is_created_is_survived() {
    let scene = Scene::with(|settings| {
        settings.machines = 5;
        settings.latency = Duration::from_millis(20);
    });
    let length = |scene: &Scene, name: &str| {
        let file = fs::metadata(scene.path(name));
        file.map(|file| file.len())
    };
    kill_when(&scene, "an empty file", |scene| {
        length(scene, "store.sqlite").is_ok()
    });
    kill_when(&scene, "a header", |scene| {
        length(scene, "store.sqlite").is_ok_and(|length| length > 0)
    });
    kill_when(&scene, "a log", |scene| {
        length(scene, "store.sqlite-wal").is_ok()
    });
    kill_when(&scene, "a first commit", |scene| {
        length(scene, "store.sqlite-wal").is_ok_and(|length| length > 0)
    });
    let sign_ins = scene.tenant.log().sign_ins.len();
    kill_when(&scene, "a sign-in", |scene| {
        scene.tenant.log().sign_ins.len() > sign_ins
    });
}

#[test]
fn kill_in_the_late_pass_is_survived() {
    let unknown = fleet_ids(1)[0];
    let scene = Scene::with(|settings| {
        settings.machines = 10;
        let script = vec![Fault::NotFound, Fault::Hang];
        settings.faults.script.insert(unknown, script);
    });
    let mut run = begin(&scene);
    wait_for_calls(&scene, &mut run, 11);
    run.kill();
    let run = begin(&scene).finish().exits_with(0);
    let run = run.complains("9 of 10 machines done");
    assert_truth(&scene, &run);
    let calls = scene.tenant.log().calls;
    let asked: Vec<_> = calls[11..].iter().map(|call| call.machine).collect();
    assert_eq!(asked, [Some(unknown)]);
}

/// The last step of a run records its ending. This trigger makes it take forever.
const FOR_EVER: &str = "
    CREATE TRIGGER for_ever BEFORE UPDATE OF ending ON run WHEN NEW.ending IS NOT NULL
    BEGIN
        SELECT count(*) FROM machine AS a, machine AS b, machine AS c, machine AS d,
            machine AS e, machine AS f, machine AS g, machine AS h;
    END";

#[test]
fn kill_between_reports_and_end_is_survived() {
    let scene = Scene::with_machines(40);
    scene.report(&[]).exits_with(0);
    scene.kept().execute(FOR_EVER);
    for _ in 0..2 {
        fs::remove_dir_all(scene.path("reports")).unwrap();
        let run = scene.report_in_background(&[]);
        wait_until("the reports are written", || {
            scene.path("reports").join("summary.json").exists()
        });
        run.kill();
    }
    scene.kept().execute("DROP TRIGGER for_ever");
    let run = scene.report(&[]).exits_with(0);
    let run = run.complains("40 of 40 machines done");
    assert_truth(&scene, &run);
    assert_eq!(scene.tenant.log().calls.len(), 2 * 40);
    let run = scene.report(&["--dry-run"]).exits_with(0);
    assert!(!run.stdout.contains("store"), "{}", run.stdout);
}

/// The lengths of the temporary files in the report folder.
fn temporary(scene: &Scene) -> Vec<u64> {
    let entries = fs::read_dir(scene.path("reports")).into_iter().flatten();
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let is_ours = name.starts_with(".patchgap-") && name != ".patchgap-files";
            is_ours.then_some(entry.metadata().ok()?.len())
        })
        .collect()
}

#[test]
fn kill_while_reports_are_written_is_survived() {
    let scene = Scene::with_machines(200);
    scene.report(&[]).exits_with(0);
    let offline = ["report", "--offline"];
    let mut left = 0;
    for _ in 0..20 {
        let mut command = scene.command(&offline);
        let mut run = Background::start(&mut command, scene.path("reports"));
        while !run.has_ended() && !temporary(&scene).iter().any(|length| *length > 1000) {}
        run.kill();
        left = temporary(&scene).len();
        if left > 0 {
            break;
        }
    }
    assert!(left > 0, "no kill came in time");
    assert_truth(&scene, &scene.run(&offline).exits_with(0));
    assert_eq!(temporary(&scene), [0; 0]);
}
