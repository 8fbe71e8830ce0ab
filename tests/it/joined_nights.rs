//! The tables of several nights read as one: by the name of a machine, the run and its date.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use crate::common::{Finished, Row, Scene};

const TABLES: [&str; 5] = [
    "kbs.csv",
    "machines.csv",
    "gaps.csv",
    "failures.csv",
    "changes.csv",
];

/// The rows of both nights, by table, and how the tenant calls its machines.
struct Nights {
    tables: BTreeMap<&'static str, Vec<Row>>,
    names: BTreeMap<String, String>,
}

impl Nights {
    /// Reports a night, in which the list has the names under this heading.
    fn add(&mut self, scene: &Scene, heading: &str) {
        let list = scene.tenant.inventory_csv();
        scene.write("machines.csv", list.replacen("DeviceName", heading, 1));
        let run = scene.report(&["--min-coverage", "0"]).exits_with(0);
        let written = TABLES.into_iter().filter(|it| run.files().contains(*it));
        for table in written {
            self.tables
                .entry(table)
                .or_default()
                .extend(run.rows(table));
        }
        let machines = scene.tenant.fleet().machines().iter();
        self.names
            .extend(machines.map(|it| (it.id.to_string(), it.name.clone())));
    }

    fn two() -> Self {
        let mut nights = Self {
            tables: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        let mut scene = Scene::with(|settings| {
            settings.machines = 60;
            settings.nights = 5;
        });
        nights.add(&scene, "Device Name");
        scene.replace_tenant(|settings| {
            settings.machines = 60;
            settings.nights = 6;
            settings.faults = "gone=0.1".parse().unwrap();
        });
        nights.add(&scene, "computerDnsName");
        nights
    }
}

/// What rows of two tables join by.
fn key(row: &Row) -> [&str; 2] {
    [&row["machineName"], &row["run"]]
}

#[test]
fn gaps_of_two_nights_join_with_their_machines_by_name_and_run() {
    let nights = Nights::two();
    let mut gaps = BTreeMap::<_, u64>::new();
    for row in &nights.tables["gaps.csv"] {
        *gaps.entry(key(row)).or_default() += 1;
    }
    let machines = &nights.tables["machines.csv"];
    let runs: BTreeSet<&str> = machines.iter().map(|row| &*row["run"]).collect();
    assert_eq!(runs, ["1", "2"].into());
    let with_gaps = machines.iter().filter_map(|row| {
        let missing: u64 = row["missingKbs"].parse().ok()?;
        (missing > 0).then(|| (key(row), missing))
    });
    assert_eq!(gaps, with_gaps.collect());
    assert!(gaps.len() > 60, "machines of both nights");
}

/// The manual joins by id: with names, a gap would count once for each machine of its name.
#[test]
fn gaps_join_with_exactly_one_machine_by_id_although_names_repeat() {
    let scene = Scene::with_machines(20);
    let list = scene.tenant.inventory_csv();
    let renamed = scene.tenant.fleet().machines().iter();
    let list = renamed.fold(list, |list, it| list.replacen(&it.name, "SAME", 1));
    scene.write("machines.csv", list);
    let run = scene.report(&[]).exits_with(0);
    let (gaps, machines) = (run.rows("gaps.csv"), run.rows("machines.csv"));
    let joined = |column: &str| {
        let pairs = gaps.iter().flat_map(|gap| {
            let own = machines.iter();
            own.filter(move |it| it[column] == gap[column] && it["run"] == gap["run"])
        });
        pairs.count()
    };
    assert!(!gaps.is_empty());
    assert_eq!(joined("machineId"), gaps.len());
    assert_eq!(joined("machineName"), gaps.len() * machines.len());
}

#[test]
fn every_table_names_machines_as_the_list_of_its_night_does() {
    let nights = Nights::two();
    for table in TABLES.iter().filter(|it| **it != "kbs.csv") {
        let rows = &nights.tables[table];
        assert!(!rows.is_empty(), "{table}");
        for row in rows {
            let has_left = row.get("change").is_some_and(|it| it == "outOfScope");
            let name = (!has_left).then(|| &*nights.names[&row["machineId"]]);
            assert_eq!(row["machineName"], name.unwrap_or_default(), "{row:?}");
        }
    }
    // The names stand in the list's own column as well.
    let listed = nights.tables["machines.csv"].iter().map(|row| {
        let own = row.get("Device Name").or(row.get("computerDnsName"));
        own == Some(&row["machineName"])
    });
    assert!(listed.into_iter().all(|is_same| is_same));
}

#[test]
fn date_is_the_local_day_on_which_the_run_started() {
    let scene = Scene::with_machines(10);
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let mut command = scene.command(&["report", "machines.csv"]);
        let run = scene.finish(command.env("TZ", zone)).exits_with(0);
        let summary = run.summary();
        let start: Timestamp = summary["startedAt"].as_str().unwrap().parse().unwrap();
        let local = start.to_zoned_datetime(TimeZone::get(zone).unwrap());
        for table in ["kbs.csv", "machines.csv", "gaps.csv"] {
            let dates: BTreeSet<String> = run
                .rows(table)
                .into_iter()
                .map(|row| row["date"].clone())
                .collect();
            assert_eq!(dates, [local.date().to_string()].into(), "{table}, {zone}");
        }
    }
}

#[test]
fn report_of_a_stored_run_has_its_number() {
    let scene = Scene::with_machines(10);
    scene.report(&[]).exits_with(0);
    scene.report(&[]).exits_with(0);
    for (arguments, expected) in [
        (&["--run", "1"][..], "1"),
        (&["--run", "2"], "2"),
        (&[], "2"),
    ] {
        let arguments = [&["report", "--offline"], arguments].concat();
        let run = scene.run(&arguments).exits_with(0);
        for row in run.rows("machines.csv") {
            assert_eq!(row["run"], expected);
        }
    }
}

#[test]
fn report_that_mixes_runs_has_neither_run_nor_date() {
    let scene = Scene::with_machines(6);
    scene.report(&[]).exits_with(0);
    let list = scene.tenant.inventory_csv();
    let few: Vec<&str> = list.lines().take(3).collect();
    scene.write("few.csv", few.join("\n"));
    let run = scene.run(&["report", "few.csv", "--offline"]).exits_with(0);
    let machines = run.rows("machines.csv");
    assert_eq!(machines.len(), 2);
    for row in machines {
        assert_eq!((&*row["run"], &*row["date"]), ("", ""), "{row:?}");
        assert!(!row["machineName"].is_empty());
    }
}

#[test]
fn columns_of_the_list_with_names_of_ours_are_kept() {
    let scene = Scene::with_machines(10);
    let machines = scene.tenant.fleet().machines();
    let rows = machines
        .iter()
        .map(|it| format!("{},r{},nightly,x", it.id, it.name));
    let rows: Vec<String> = rows.collect();
    scene.write(
        "list.csv",
        format!("id,machineName,run,Status\n{}\n", rows.join("\n")),
    );
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    let header = String::from_utf8(run.bytes("machines.csv")).unwrap();
    let header = header.lines().next().unwrap();
    assert!(
        header.starts_with("rank,machineId,machineName,run,input.Status,status,"),
        "{header}"
    );
    assert!(
        header.ends_with(",skippedBecause,oldestSince,patchgap.run,date,windowsBuild,supportStatus,supportEnds,source,inferredFrom,distinctCves,knownExploited"),
        "{header}"
    );
    for row in run.rows("machines.csv") {
        let found = ["run", "patchgap.run", "input.Status"].map(|name| &*row[name]);
        assert_eq!(found, ["nightly", "1", "x"]);
        let gaps = run.rows("gaps.csv").into_iter();
        let mut gaps = gaps.filter(|gap| gap["machineId"] == row["machineId"]);
        assert!(gaps.all(|gap| gap["machineName"] == row["machineName"]));
    }
}

#[test]
fn parquet_has_the_same_tables() {
    let scene = Scene::with_machines(3);
    let parquet = |run: Finished| -> Vec<String> {
        let files = run.exits_with(0).files().into_iter();
        files.filter(|name| name.ends_with(".parquet")).collect()
    };
    let first = parquet(scene.report(&["--format", "parquet"]));
    assert_eq!(first, ["gaps.parquet", "kbs.parquet", "machines.parquet"]);
    let second = parquet(scene.report(&["--format", "parquet,json"]));
    let with_base = [
        "changes.parquet",
        "gaps.parquet",
        "kbs.parquet",
        "machines.parquet",
    ];
    assert_eq!(second, with_base);
}
