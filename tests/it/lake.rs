//! `--lake`: a folder to which every run adds its tables, so that years and tenants read as one table.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};

#[cfg(feature = "upload")]
use crate::common::Objects;
use crate::common::{Finished, Scene, wait_until};

const LAKE: [&str; 2] = ["--lake", "lake"];

/// All files in a lake, with their bytes.
fn files(scene: &Scene) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![scene.path("lake")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(scene.path("lake")).unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// How many files each table has.
fn tables(scene: &Scene) -> BTreeMap<String, usize> {
    let mut tables = BTreeMap::new();
    for file in files(scene).into_keys() {
        let table = file.iter().next().unwrap().to_str().unwrap().to_owned();
        *tables.entry(table).or_default() += 1;
    }
    tables
}

/// The texts of a column of a file in the lake.
fn column(scene: &Scene, file: &Path, name: &str) -> Vec<String> {
    let file = fs::File::open(scene.path("lake").join(file)).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    let cells = rows.map(|row| {
        let mut columns = row.get_column_iter();
        match columns.find(|(column, _)| *column == name).unwrap().1 {
            Field::Str(text) => text.clone(),
            other => other.to_string(),
        }
    });
    cells.collect()
}

fn gaps_file(scene: &Scene) -> PathBuf {
    let mut files = files(scene).into_keys();
    files.find(|file| file.starts_with("gaps")).unwrap()
}

fn gaps(run: &Finished) -> BTreeSet<(String, String)> {
    let rows = run.rows("gaps.csv").into_iter();
    rows.map(|row| (row["machineId"].clone(), row["kbId"].clone()))
        .collect()
}

#[test]
fn each_run_is_added_and_nothing_else_changes() {
    let scene = Scene::with_machines(12);
    let plan = scene
        .report(&[&LAKE[..], &["--dry-run"]].concat())
        .exits_with(0);
    let line = "\nlake           tables are added to ";
    assert!(plan.stdout.contains(line), "{}", plan.stdout);
    assert!(!scene.path("lake").exists());
    let run = scene
        .report(&LAKE)
        .exits_with(0)
        .complains("lake: gaps, machines, kbs, failures added");
    let first = files(&scene);
    let file = gaps_file(&scene);
    let tenant = format!("tenant={}", scene.tenant.tenant_id());
    let date = format!("date={}", run.rows("gaps.csv")[0]["date"]);
    let names: Vec<&str> = file.iter().map(|it| it.to_str().unwrap()).collect();
    assert_eq!(names[..3], ["gaps", &tenant, &date]);
    assert!(names[3].starts_with("run-20") && names[3].ends_with("Z-1.parquet"));
    let machines = column(&scene, &file, "machineId").into_iter();
    let kbs = column(&scene, &file, "kbId");
    assert!(kbs.is_sorted());
    assert_eq!(machines.zip(kbs).collect::<BTreeSet<_>>(), gaps(&run));

    scene
        .report(&[&LAKE[..], &["--offline"]].concat())
        .exits_with(0)
        .complains("--offline adds nothing to the lake");
    assert_eq!(files(&scene), first);

    scene.report(&LAKE).exits_with(0);
    let second = files(&scene);
    assert!(first.iter().all(|(file, bytes)| second[file] == *bytes));
    let expected = [
        ("changes", 1),
        ("failures", 2),
        ("gaps", 2),
        ("kbs", 2),
        ("machines", 2),
    ];
    let expected = expected.map(|(table, count)| (table.to_owned(), count));
    assert_eq!(tables(&scene), BTreeMap::from(expected));
}

#[test]
fn run_that_was_interrupted_is_added_when_it_is_resumed() {
    let scene = Scene::with(|settings| {
        settings.machines = 40;
        settings.latency = Duration::from_millis(50);
    });
    let flags = [&LAKE[..], &["--concurrency", "2"]].concat();
    let run = scene.report_in_background(&flags);
    wait_until("some calls have arrived", || {
        scene.tenant.log().calls.len() >= 4
    });
    run.signal("INT");
    run.finish()
        .exits_with(130)
        .complains("lake: the run is added when it has been resumed");
    assert!(files(&scene).is_empty());
    scene.report(&LAKE).exits_with(0);
    assert_eq!(column(&scene, &gaps_file(&scene), "run")[0], "1");
    assert_eq!(tables(&scene)["gaps"], 1);
}

#[test]
fn time_limit_ends_a_run_for_the_lake() {
    let scene = Scene::with(|settings| {
        settings.machines = 200;
        settings.latency = Duration::from_millis(50);
    });
    let flags = [&LAKE[..], &["--concurrency", "1", "--budget", "1s"]].concat();
    scene.report(&flags).exits_with(5);
    let first = files(&scene);
    assert_eq!(tables(&scene)["gaps"], 1);
    scene
        .report(&flags)
        .exits_with(5)
        .complains("it has this run already, and nothing is added again");
    assert_eq!(files(&scene), first);
}

#[test]
fn lake_that_cannot_be_written_ends_the_run_before_any_request() {
    let scene = Scene::with_machines(1);
    scene
        .report(&["--lake", "root.pem/lake"])
        .exits_with(6)
        .complains("cannot write to the lake ")
        .hints("--lake PLACE");
    let day = scene.path("lake/kbs/tenant=x/date=2026-11-23");
    fs::create_dir_all(&day).unwrap();
    fs::write(day.join("run-20261123T010000Z-1.parquet"), "damaged").unwrap();
    scene
        .report(&LAKE)
        .exits_with(6)
        .complains("run-20261123T010000Z-1.parquet of the lake")
        .hints("move it out of the lake");
    for (url, why) in [
        ("s3://bucket/{date}", "no placeholders"),
        ("ftp://host/lake", "expected az://CONTAINER/PATH"),
        ("az://lake?sig=hunter2", "no query"),
        ("s3://key:hunter2@lake", "set AWS_ACCESS_KEY_ID "),
    ] {
        let run = scene.report(&["--lake", url]).exits_with(2).complains(why);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    scene.assert_no_requests();
}

#[test]
fn run_that_could_not_be_added_has_its_reports_and_is_added_later() {
    let scene = Scene::with_machines(5);
    fs::create_dir(scene.path("lake")).unwrap();
    scene.write("lake/machines", "in the way");
    let run = scene
        .report(&LAKE)
        .exits_with(6)
        .complains(
            "error: the reports are written, but not added to the lake: cannot add the run to ",
        )
        .hints("can be written to; then run the same command again: ");
    assert_eq!(run.summary()["outcome"], "complete");
    assert!(!run.stdout.contains("(exit code 0)"), "{}", run.stdout);
    let calls = scene.tenant.log().calls.len();
    fs::remove_file(scene.path("lake/machines")).unwrap();
    scene.report(&LAKE).exits_with(0);
    assert_eq!(scene.tenant.log().calls.len(), calls);
    assert_eq!(tables(&scene)["machines"], 1);
    assert_eq!(tables(&scene)["gaps"], 1);
}

#[cfg(feature = "upload")]
#[test]
fn lake_in_a_bucket_is_that_of_a_folder() {
    let (scene, objects) = (Scene::with_machines(3), Objects::start());
    let report = |arguments: &[&str]| {
        let flags = [
            &["report", "machines.csv", "--lake=s3://reports/lake"],
            arguments,
        ]
        .concat();
        let mut command = scene.command(&flags);
        objects.as_amazon(&mut command);
        scene.finish(&mut command)
    };
    let run = report(&[])
        .exits_with(0)
        .complains("lake s3://reports/lake: gaps, machines, kbs, failures added");
    let tenant = scene.tenant.tenant_id();
    let date = run.rows("gaps.csv")[0]["date"].clone();
    let names = objects.names();
    assert_eq!(names.len(), 4);
    let gaps = names
        .iter()
        .find(|it| it.starts_with("lake/gaps/"))
        .unwrap();
    assert!(
        gaps.starts_with(&format!("lake/gaps/tenant={tenant}/date={date}/run-20")),
        "{gaps}"
    );
    scene.report(&["--lake", "lake", "--offline"]).exits_with(0);

    // The second night checks the columns of the first, and replaces nothing.
    let first: Vec<Vec<u8>> = names.iter().map(|name| objects.get(name)).collect();
    report(&[]).exits_with(0);
    assert_eq!(objects.names().len(), 9);
    assert!(
        names
            .iter()
            .zip(&first)
            .all(|(name, bytes)| objects.get(name) == *bytes)
    );
    objects.put(
        &format!("lake/kbs/tenant={tenant}/date=2999-01-01/run-1.parquet"),
        b"damaged",
    );
    let calls = scene.tenant.log().calls.len();
    report(&[])
        .exits_with(6)
        .complains("date=2999-01-01/run-1.parquet of the lake: ")
        .hints("move it out of the lake");
    assert_eq!(scene.tenant.log().calls.len(), calls);
}

#[cfg(feature = "upload")]
#[test]
fn run_is_added_once_whatever_a_bucket_answers() {
    let scene = Scene::with_machines(2);
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let mut puts = 0;
    let objects = Objects::start().with_faults(move |request| {
        puts += usize::from(request.method == "PUT");
        (puts > 2).then_some(("403 Forbidden", denied))
    });
    let report = || {
        let mut command = scene.command(&["report", "machines.csv", "--lake=az://reports/lake"]);
        objects.as_azure(&mut command);
        scene.finish(&mut command)
    };
    report()
        .exits_with(6)
        .complains("not added to the lake: cannot add the run to az://reports/lake/kbs/tenant=")
        .complains("HTTP 403 (AccessDenied): Access Denied")
        .hints("then run the same command again");
    assert_eq!(objects.names().len(), 2);
    objects.mend();
    let calls = scene.tenant.log().calls.len();
    report().exits_with(0).complains(": kbs, failures added");
    assert_eq!(scene.tenant.log().calls.len(), calls);
    assert_eq!(objects.names().len(), 4);
}
