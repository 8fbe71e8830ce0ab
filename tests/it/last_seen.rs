//! The last-seen column of lists: which empty answers count as clean.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use patchgap::domain::machine::MachineId;

use crate::common::{Finished, Scene};

/// A tenant, and its machines without gaps.
fn scene() -> (Scene, Vec<MachineId>) {
    let scene = Scene::with_machines(400);
    let machines = scene.tenant.fleet().machines().iter();
    let clean = machines.filter(|machine| machine.missing.is_empty());
    let clean: Vec<MachineId> = clean.map(|machine| machine.id).collect();
    assert!(clean.len() >= 20, "{}", clean.len());
    (scene, clean)
}

/// The report of the first machines without gaps, last seen at these times.
fn report(scene: &Scene, clean: &[MachineId], column: &str, cells: &[String]) -> Finished {
    let rows = clean.iter().zip(cells);
    let rows: Vec<String> = rows.map(|(id, cell)| format!("{id};{cell}")).collect();
    scene.write(
        "list.csv",
        format!("Device ID;{column}\n{}\n", rows.join("\n")),
    );
    scene.run(&["report", "list.csv"]).exits_with(0)
}

/// The numbers of clean machines and of machines without current data.
fn counted(run: &Finished) -> (u64, u64) {
    let machines = &run.summary()["machines"];
    let count = |name: &str| machines[name].as_u64().unwrap();
    (count("clean"), count("noCurrentData"))
}

fn days_ago(days: i64) -> Date {
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    today.checked_sub(days.days()).unwrap()
}

/// Fifteen machines seen in the last fifteen days, and five not seen for 200 days and more.
fn cells(format: &str) -> Vec<String> {
    let days = (1..=15).chain([200, 231, 262, 293, 324]);
    days.map(|days| days_ago(days).strftime(format).to_string())
        .collect()
}

#[test]
fn date_order_is_inferred_from_the_whole_column() {
    let (scene, clean) = scene();
    for (column, format) in [
        ("Last device update", "%d/%m/%Y 09:15"),
        ("LastSeen [UTC]", "%m/%d/%Y, 9:15:36.123 AM"),
        ("Last seen (UTC)", "%m/%d/%y 22:10"),
        ("lastSeenDateTime", "%b %-d, %Y, 7:36 AM"),
        ("last_seen", "%d.%m.%Y, 07:36:21"),
    ] {
        let run = report(&scene, &clean, column, &cells(format));
        assert_eq!(counted(&run), (15, 5), "{format}");
        assert!(!run.stderr.contains(column), "{}", run.stderr);
        let summary = run.summary();
        assert!(summary["machines"].get("lastSeenNotUnderstood").is_none());
    }
}

/// Recent days that can be read with the day or the month first.
fn ambiguous() -> impl Iterator<Item = String> {
    let days = (1..).map(days_ago);
    let days = days.filter(|day| day.day() <= 12 && day.day() != day.month());
    days.map(|day| day.strftime("%d/%m/%Y 09:15").to_string())
}

#[test]
fn ambiguous_date_order_is_reported_and_nobody_is_silent() {
    let (scene, clean) = scene();
    let cells: Vec<String> = ambiguous().step_by(4).take(20).collect();
    let run = report(&scene, &clean, "Last device update", &cells);
    assert_eq!(counted(&run), (20, 0));
    assert_eq!(run.summary()["machines"]["lastSeenNotUnderstood"], 20);
    let warning = format!(
        "20 machines in list.csv: column `Last device update` contains values such as `{}`, and \
         no cell shows whether the day or the month comes first",
        cells[0]
    );
    let run = run.complains(&warning);
    assert_eq!(run.stderr.matches("Last device update").count(), 1);
    let doubt = "20 machines without missing updates may simply be offline";
    assert!(run.stdout.contains(doubt), "{}", run.stdout);

    // The list read from the store gives the same warning.
    let again = scene.run(&["report", "--offline"]).exits_with(0);
    assert_eq!(counted(&again), (20, 0));
    assert!(again.stdout.contains(doubt), "{}", again.stdout);
}

#[test]
fn silent_machine_is_not_newly_clean() {
    let (scene, clean) = scene();
    let format = "%d/%m/%Y 09:15";
    report(&scene, &clean, "lastSeen", &cells(format));
    // The list read from the store is the base of the second night.
    let run = report(&scene, &clean, "lastSeen", &cells(format));
    let machines = &run.summary()["changes"]["machines"];
    assert_eq!(machines["newlyClean"], 0);
    assert_eq!(machines["appeared"], 0, "{machines}");
}

#[test]
fn names_with_several_ids_are_warned_about_once() {
    let scene = Scene::with_machines(30);
    let machines = scene.tenant.fleet().machines().iter();
    let rows = machines.enumerate().map(|(place, machine)| {
        // Ten names have two records each, ten have one.
        let name = if place < 20 { place / 2 } else { place };
        let upper = if place % 2 == 0 { "PC" } else { "pc" };
        format!("{},{upper}-{name}", machine.id)
    });
    let rows: Vec<String> = rows.collect();
    scene.write(
        "list.csv",
        format!("Device ID,Device Name\n{}\n", rows.join("\n")),
    );
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    assert_eq!(run.counts().answered, 30);
    let run = run.complains("10 names belong to 20 ids in list.csv, such as `PC-0`");
    assert_eq!(run.stderr.matches("belong to").count(), 1);
    let run = scene.report(&[]).exits_with(0);
    assert!(!run.stderr.contains("belong to"), "{}", run.stderr);
}
