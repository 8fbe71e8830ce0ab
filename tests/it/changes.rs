//! Changes since an earlier run, compared with those computed from the fleets alone.

use std::collections::{BTreeMap, BTreeSet};

use patchgap::{
    domain::{kb::MissingKb, machine::MachineId},
    simulator::{Fault, Fleet, Settings},
};
use serde_json::Value;

use crate::common::{Finished, Row, Scene};

const MACHINES: usize = 120;
/// The nights before and after newer updates replace older ones.
const NIGHTS: [u32; 2] = [5, 6];

/// The missing KBs of a night, by machine and KB.
type Gaps = BTreeMap<(MachineId, String), MissingKb>;

fn fleet(night: u32) -> Fleet {
    Fleet::after(night, Settings::default().seed, MACHINES)
}

fn gaps(night: u32, unanswered: &[MachineId]) -> Gaps {
    let fleet = fleet(night);
    let answered = fleet.machines().iter();
    let answered = answered.filter(|machine| !unanswered.contains(&machine.id));
    let gaps = answered.flat_map(|machine| {
        let missing = machine.missing.iter();
        missing.map(|kb| ((machine.id, kb.id.to_string()), kb.clone()))
    });
    gaps.collect()
}

fn ids(night: u32) -> BTreeSet<MachineId> {
    fleet(night).machines().iter().map(|it| it.id).collect()
}

/// Two machines of both nights: one with gaps in the first night, one with gaps in the second.
fn unanswered() -> [MachineId; 2] {
    let (then, now) = (fleet(NIGHTS[0]), fleet(NIGHTS[1]));
    let both = |id| then.get(id).is_some() && now.get(id).is_some();
    let found = |fleet: &Fleet, skipped: usize| {
        let mut machines = fleet.machines().iter();
        let mut found = machines
            .by_ref()
            .filter(|it| both(it.id) && !it.missing.is_empty());
        found.nth(skipped).unwrap().id
    };
    [found(&then, 0), found(&now, 3)]
}

fn set_up(settings: &mut Settings, night: u32, unanswered: MachineId) {
    settings.machines = MACHINES;
    settings.nights = night;
    settings.faults.forever = [(unanswered, Fault::BadRequest)].into();
}

/// Two nights of one tenant, each with one machine without an answer.
fn two_nights() -> (Scene, Finished) {
    let [first, second] = unanswered();
    let mut scene = Scene::with(|settings| set_up(settings, NIGHTS[0], first));
    night(&scene);
    scene.replace_tenant(|settings| set_up(settings, NIGHTS[1], second));
    scene.write("machines.csv", scene.tenant.inventory_csv());
    let run = night(&scene);
    (scene, run)
}

fn night(scene: &Scene) -> Finished {
    scene.report(&["--min-coverage", "98"]).exits_with(0)
}

fn machine(row: &Row) -> MachineId {
    row["machineId"].parse().unwrap()
}

/// The pairs of machine and KB in this column of the rows of this class.
fn pairs(rows: &[Row], class: &str, column: &str) -> BTreeSet<(MachineId, String)> {
    let rows = rows.iter().filter(|row| row["change"] == class);
    rows.map(|row| (machine(row), row[column].clone()))
        .collect()
}

#[test]
fn every_change_is_classified_correctly() {
    let (_scene, run) = two_nights();
    let [first, second] = unanswered();
    let (then, now) = (gaps(NIGHTS[0], &[first]), gaps(NIGHTS[1], &[second]));
    let (then_ids, now_ids) = (ids(NIGHTS[0]), ids(NIGHTS[1]));
    let rows = run.rows("changes.csv");
    let keys = |gaps: &Gaps| -> BTreeSet<_> { gaps.keys().cloned().collect() };
    let of = |keys: BTreeSet<(MachineId, String)>, is: &dyn Fn(MachineId) -> bool| {
        keys.into_iter()
            .filter(|(id, _)| is(*id))
            .collect::<BTreeSet<_>>()
    };
    let was_answered = |id| then_ids.contains(&id) && id != first;
    let is_answered = |id| now_ids.contains(&id) && id != second;

    let out_of_scope = of(keys(&then), &|id| !now_ids.contains(&id));
    assert_eq!(pairs(&rows, "outOfScope", "kbId"), out_of_scope);
    let not_answered = of(keys(&then), &|id| id == second);
    assert_eq!(pairs(&rows, "notAnswered", "kbId"), not_answered);
    let appeared = of(keys(&now), &|id| !was_answered(id));
    assert_eq!(pairs(&rows, "appeared", "kbId"), appeared);
    assert!(!out_of_scope.is_empty() && !not_answered.is_empty() && !appeared.is_empty());

    let gone = of(&keys(&then) - &keys(&now), &is_answered);
    let resolved = pairs(&rows, "resolved", "kbId");
    let replaced = pairs(&rows, "replaced", "kbId");
    assert_eq!(&resolved | &replaced, gone);
    assert!(resolved.is_disjoint(&replaced) && !replaced.is_empty());
    let came = of(&keys(&now) - &keys(&then), &was_answered);
    let new = pairs(&rows, "new", "kbId");
    let replacing = pairs(&rows, "replaced", "replacedBy");
    assert_eq!(&new | &replacing, came, "nothing can have returned yet");
    assert!(new.is_disjoint(&replacing));
    assert_eq!(replacing.len(), replaced.len());
}

#[test]
fn replaced_kbs_are_older_and_share_a_product() {
    let (_scene, run) = two_nights();
    let (then, now) = (gaps(NIGHTS[0], &[]), gaps(NIGHTS[1], &[]));
    let rows = run.rows("changes.csv");
    let takes_the_place = |machine, old: &str, new: &str| {
        let old = &then[&(machine, old.to_owned())];
        let new = &now[&(machine, new.to_owned())];
        let number = |kb: &MissingKb| kb.id.as_str().parse::<u64>().unwrap();
        number(old) < number(new) && old.products.iter().any(|it| new.products.contains(it))
    };
    for row in rows.iter().filter(|row| row["change"] == "replaced") {
        assert!(
            takes_the_place(machine(row), &row["kbId"], &row["replacedBy"]),
            "{row:?}"
        );
    }
    for (machine, resolved) in pairs(&rows, "resolved", "kbId") {
        let new = pairs(&rows, "new", "kbId");
        let mut new = new.iter().filter(|(id, _)| *id == machine);
        assert!(
            new.all(|(_, new)| !takes_the_place(machine, &resolved, new)),
            "{resolved}"
        );
    }
}

#[test]
fn summary_counts_add_up() {
    let (_scene, run) = two_nights();
    let [first, _] = unanswered();
    let changes = run.summary()["changes"].clone();
    let count = |class: &str| changes[class].as_u64().unwrap();
    let rows = run.rows("changes.csv");
    for class in [
        "new",
        "resolved",
        "replaced",
        "returned",
        "notAnswered",
        "outOfScope",
        "appeared",
    ] {
        let listed = rows.iter().filter(|row| row["change"] == class).count();
        assert_eq!(count(class), listed as u64, "{class}");
    }
    let gone = [
        "resolved",
        "replaced",
        "stillMissing",
        "notAnswered",
        "outOfScope",
    ];
    let then = gaps(NIGHTS[0], &[first]).len() as u64;
    assert_eq!(gone.into_iter().map(count).sum::<u64>(), then);
    assert_eq!(changes["base"]["gaps"], then);
    let came = ["new", "replaced", "stillMissing", "returned", "appeared"];
    let now = run.summary()["gaps"].as_u64().unwrap();
    assert_eq!(came.into_iter().map(count).sum::<u64>(), now);
    assert_eq!(changes["machines"]["left"], 1);
    assert_eq!(changes["machines"]["appeared"], 1);
    assert!(run.stdout.contains("Since 2"), "{}", run.stdout);
}

#[test]
fn no_replaced_option_turns_replaced_into_resolved_and_new() {
    let (scene, run) = two_nights();
    let count = |run: &Finished, class: &str| run.summary()["changes"][class].as_u64().unwrap();
    let told = ["replaced", "resolved", "new"].map(|class| count(&run, class));
    let again = scene.run(&["report", "--offline", "--no-replaced", "--min-coverage=98"]);
    let ignored = ["replaced", "resolved", "new"].map(|class| count(&again, class));
    assert_eq!(ignored, [0, told[1] + told[0], told[2] + told[0]]);
}

#[test]
fn resolved_gap_that_reappears_has_returned() {
    let mut scene = Scene::with(|settings| set_up(settings, 0, unanswered()[0]));
    let mut returned = Value::Null;
    for nights in [0, 1, 0] {
        scene.replace_tenant(|settings| set_up(settings, nights, unanswered()[0]));
        returned = night(&scene).summary()["changes"]["returned"].clone();
    }
    // Back at the first night's fleet: gaps that reappear have returned and are not new.
    let gone: BTreeSet<_> = gaps(0, &[]).into_keys().collect();
    let kept: BTreeSet<_> = gaps(1, &[]).into_keys().collect();
    let stayed = |id: &MachineId| ids(1).contains(id);
    let back = (&gone - &kept)
        .into_iter()
        .filter(|(id, _)| stayed(id))
        .count();
    assert_eq!(returned, back as u64);
    assert!(back > 0);
}

#[test]
fn partial_run_is_the_base_only_without_a_better_one() {
    let (scene, _) = two_nights();
    let base = |run: &Finished| {
        let summary = run.summary();
        (
            summary["changes"]["base"]["run"].as_i64(),
            summary["changes"]["base"]["enough"].as_bool(),
        )
    };
    // A run of a few machines in the afternoon is not a base either.
    let list = scene.tenant.inventory_csv();
    let few: Vec<&str> = list.lines().take(4).collect();
    scene.write("few.csv", few.join("\n"));
    scene.run(&["report", "few.csv"]);
    let run = night(&scene);
    assert_eq!(base(&run), (Some(2), Some(true)));

    let scene = Scene::with(|settings| {
        settings.machines = 10;
        let ids = fleet(0).machines()[..3]
            .iter()
            .map(|it| it.id)
            .collect::<Vec<_>>();
        settings.faults.forever = ids.into_iter().map(|id| (id, Fault::BadRequest)).collect();
    });
    scene.report(&[]).exits_with(5);
    let run = scene.report(&["--fresh"]).exits_with(5);
    assert_eq!(base(&run), (Some(1), Some(false)));
    assert!(
        run.stdout
            .contains(" was also incomplete (70.0 %), so some changes may be"),
        "{}",
        run.stdout
    );
}

#[test]
fn tenant_at_another_address_is_the_same_tenant() {
    let [first, second] = unanswered();
    let (scene, there) = two_nights();
    let mut moved = Scene::with(|settings| set_up(settings, NIGHTS[0], first));
    night(&moved);
    moved.move_tenant(|settings| set_up(settings, NIGHTS[1], second));
    moved.write("machines.csv", moved.tenant.inventory_csv());
    let here = night(&moved);
    let counts = |run: &Finished| {
        let mut changes = run.summary()["changes"].clone();
        changes["base"] = Value::Null;
        changes
    };
    assert_eq!(counts(&here), counts(&there));
    drop(scene);
    // Without an address: the store has only one tenant.
    let again = [
        "report",
        "--offline",
        "--run",
        "1",
        "--state",
        "store.sqlite",
    ];
    let again = moved.finish(&mut moved.bare(&again));
    again.exits_with(5);
}
