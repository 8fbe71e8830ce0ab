//! Since when each gap has been open, compared with what the reports of the nights say.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use patchgap::{domain::release::ReleaseMonth, store::Store};
use rusqlite::Connection;

use crate::common::{Finished, Row, Scene};

const NIGHTS: std::ops::RangeInclusive<u32> = 3..=6;
const APART: Duration = Duration::from_hours(36);

/// Nights of one tenant, a day and a half apart, with the rows of their gaps as they were then.
fn nights(keep_runs: &str) -> Nights {
    let mut scene = Scene::with(|tenant| {
        tenant.machines = 60;
        tenant.nights = *NIGHTS.start();
    });
    let mut gaps = Vec::new();
    let mut last = None;
    for night in NIGHTS {
        if night > *NIGHTS.start() {
            let mut store = Store::open_existing(&scene.path("store.sqlite")).unwrap();
            store.shift_back(APART).unwrap();
            scene.replace_tenant(|tenant| {
                tenant.machines = 60;
                tenant.nights = night;
            });
            scene.write("machines.csv", scene.tenant.inventory_csv());
        }
        let run = scene.report(&["--fresh", "--keep-runs", keep_runs, "--min-coverage=90"]);
        let run = run.exits_with(0);
        gaps.push(run.rows("gaps.csv"));
        last = Some(run);
    }
    Nights {
        scene,
        gaps,
        last: last.unwrap(),
    }
}

struct Nights {
    /// Its folder holds the reports and the store.
    scene: Scene,
    /// The gaps of each night, as reported then.
    gaps: Vec<Vec<Row>>,
    /// The last night.
    last: Finished,
}

type Gap = [String; 2];

fn gap(row: &Row) -> Gap {
    ["machineId", "kbId"].map(|column| row[column].clone())
}

/// For each gap of a night, when the machine answered.
fn answered_at(night: &[Row]) -> BTreeMap<Gap, Timestamp> {
    let gaps = night.iter();
    gaps.map(|row| (gap(row), row["answeredAt"].parse().unwrap()))
        .collect()
}

#[test]
fn gaps_have_ages() {
    // The nights take seconds, so that the checks share them.
    let nights = nights("90");
    gaps_are_open_since_the_first_night_without_a_break(&nights);
    view_of_the_store_has_the_times_of_the_report(&nights);
    ages_of_kbs_and_machines_are_those_of_their_gaps(&nights);
    report_json_follows_a_release_through_the_nights(&nights);
}

#[test]
fn ages_outlive_the_runs_that_are_deleted() {
    gaps_are_open_since_the_first_night_without_a_break(&nights("1"));
}

fn gaps_are_open_since_the_first_night_without_a_break(nights: &Nights) {
    let rows = &nights.gaps;
    let mut open: BTreeMap<Gap, Timestamp> = BTreeMap::new();
    for night in rows {
        let now = answered_at(night);
        // Every machine answers every night, so a gap that is not there is closed.
        open.retain(|gap, _| now.contains_key(gap));
        for since in open.values_mut() {
            *since -= SignedDuration::try_from(APART).unwrap();
        }
        for (gap, at) in now {
            open.entry(gap).or_insert(at);
        }
    }
    let last = rows.last().unwrap();
    assert!(last.len() > 100);
    for row in last {
        assert_eq!(row["since"], open[&gap(row)].to_string(), "{row:?}");
    }
    let days: BTreeSet<&str> = last.iter().map(|row| row["daysMissing"].as_str()).collect();
    assert!(days.is_superset(&["0", "4"].into()), "{days:?}");
    assert!(
        days.len() > 2,
        "some are neither new nor as old as can be: {days:?}"
    );
}

fn view_of_the_store_has_the_times_of_the_report(nights: &Nights) {
    let store = Connection::open(nights.scene.path("store.sqlite")).unwrap();
    for (run, rows) in (1_usize..).zip(&nights.gaps) {
        let mut view = store
            .prepare("SELECT machineId, kbId, answeredAt, since FROM gaps WHERE run = ?1")
            .unwrap();
        // The store's clock was set back after each night, the reports' was not.
        let days_between = |row: &Row| days(&row["since"], &row["answeredAt"]);
        let reported: BTreeMap<Gap, i64> =
            rows.iter().map(|it| (gap(it), days_between(it))).collect();
        let stored = view.query_map([run], |row| {
            let at: String = row.get(2)?;
            Ok((
                [row.get(0)?, row.get(1)?],
                days(&row.get::<_, String>(3)?, &at),
            ))
        });
        let stored: BTreeMap<Gap, i64> = stored.unwrap().map(Result::unwrap).collect();
        assert_eq!(stored, reported, "{run}");
        let ages: BTreeSet<i64> = stored.into_values().collect();
        // Some have been open since the first night.
        let oldest = 15 * (i64::try_from(run).unwrap() - 1);
        assert_eq!(ages.last(), Some(&oldest), "{ages:?}");
    }
}

/// The days between two times, in tenths, so that a moment within a night does not matter.
fn days(from: &str, to: &str) -> i64 {
    let [from, to] = [from, to].map(|time| time.parse::<Timestamp>().unwrap());
    (to.duration_since(from).as_hours() * 10 + 12) / 24
}

/// The ages of KBs and machines are those of their gaps.
fn ages_of_kbs_and_machines_are_those_of_their_gaps(nights: &Nights) {
    let last = &nights.last;
    let gaps = last.rows("gaps.csv");
    let of = |key: &str, value: &str| -> Vec<&Row> {
        gaps.iter().filter(|row| row[key] == value).collect()
    };
    for kb in last.rows("kbs.csv") {
        let gaps = of("kbId", &kb["kbId"]);
        let oldest = gaps.iter().map(|gap| &gap["since"]).min().unwrap();
        assert_eq!(kb["oldestSince"], *oldest);
        let mut days: Vec<f64> = gaps
            .iter()
            .map(|gap| gap["daysMissing"].parse().unwrap())
            .collect();
        days.sort_by(f64::total_cmp);
        let median = f64::midpoint(days[(days.len() - 1) / 2], days[days.len() / 2]);
        assert_eq!(kb["medianDaysMissing"], format!("{median:.1}"));
    }
    for machine in last.rows("machines.csv") {
        let gaps = of("machineId", &machine["machineId"]);
        let oldest = gaps.iter().map(|gap| gap["since"].as_str()).min();
        assert_eq!(machine["oldestSince"], oldest.unwrap_or_default());
    }
}

fn report_json_follows_a_release_through_the_nights(nights: &Nights) {
    let report: serde_json::Value =
        serde_json::from_slice(&nights.last.bytes("report.json")).unwrap();
    let releases = report["timeToPatch"].as_array().unwrap();
    assert!(!releases.is_empty());
    for release in releases {
        let runs = release["runs"].as_array().unwrap();
        let last = runs.last().unwrap();
        // The machines that still miss an update of the month, by the report of the last night.
        let month = release["month"].as_str().unwrap();
        let gaps = nights.last.rows("gaps.csv").into_iter();
        let missing = gaps.filter(|row| is_of(month, &row["name"]));
        let machines: BTreeSet<String> = missing.map(|row| row["machineId"].clone()).collect();
        assert_eq!(last["machines"], machines.len());
    }
}

/// Whether `April 2026 Security Updates` is of `2026-04`.
fn is_of(month: &str, name: &str) -> bool {
    let (year, number) = month.split_once('-').unwrap();
    let month = ReleaseMonth::new(year.parse().unwrap(), number.parse().unwrap()).unwrap();
    name.starts_with(&month.to_string())
}
