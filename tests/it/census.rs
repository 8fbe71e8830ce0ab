//! The service's own count compared with the run's: `--census`.

use std::collections::BTreeMap;

use patchgap::{
    domain::machine::MachineId,
    simulator::{ApiName, Fault},
};

use crate::common::{Finished, Gateway, Scene, fleet_ids, write_reply};

/// By product and KB: ours, the service's, and those of the last answers of machines without one.
type Rows = BTreeMap<(String, String), [i64; 3]>;

fn number(row: &BTreeMap<String, String>, column: &str) -> i64 {
    row[column].parse().unwrap()
}

/// The rows of `census.csv`; each explains its difference, and they are in order.
fn rows(run: &Finished) -> Rows {
    let table = run.rows("census.csv");
    let key = |row: &BTreeMap<String, String>| (row["product"].clone(), row["kbId"].clone());
    assert!(table.is_sorted_by_key(key));
    let rows = table.iter().map(|row| {
        let [ours, service, silent] =
            ["ours", "service", "notAnswered"].map(|column| number(row, column));
        assert_eq!(number(row, "difference"), service - ours);
        assert_eq!(number(row, "unexplained"), service - ours - silent);
        (key(row), [ours, service, silent])
    });
    rows.collect()
}

/// The tenant's truth, with these machines not answered tonight.
fn truth(scene: &Scene, silent: &[MachineId]) -> Rows {
    let mut rows = Rows::new();
    for product in scene.tenant.software() {
        for gap in &product.missing {
            let key = (product.name.to_string(), gap.kb.to_string());
            rows.insert(key, [0, gap.machines.cast_signed(), 0]);
        }
    }
    for machine in scene.tenant.fleet().machines() {
        let place = if silent.contains(&machine.id) { 2 } else { 0 };
        for gap in scene.tenant.truth(machine.id).into_iter().flatten() {
            for product in &gap.products {
                let key = (product.to_string(), gap.id.to_string());
                rows.get_mut(&key).unwrap()[place] += 1;
            }
        }
    }
    rows
}

/// The counts of `summary.json`, which must be those of `census.csv`.
#[track_caller]
fn assert_counts(run: &Finished, differing: usize) {
    let rows = rows(run);
    let unexplained = rows
        .values()
        .filter(|[ours, service, silent]| ours != service && service - ours != *silent);
    let census = &run.summary()["census"];
    assert_eq!(census["compared"], rows.len());
    assert_eq!(census["agreeing"], rows.len() - differing);
    assert_eq!(census["differing"], differing);
    assert_eq!(census["unexplained"], unexplained.count());
}

#[test]
fn counts_agree_with_the_tenant() {
    let scene = Scene::with_machines(120);
    let run = scene.report(&["--census"]).exits_with(0);
    let rows = rows(&run);
    assert!(rows.len() > 20, "{}", rows.len());
    assert_eq!(rows, truth(&scene, &[]));
    assert_counts(&run, 0);
    let sentence = "The service's own count agrees with ours:";
    assert!(run.stdout.contains(sentence), "{}", run.stdout);
    let page = String::from_utf8(run.bytes("report.html")).unwrap();
    assert!(page.contains("<section id=\"census\">"));
    let report: serde_json::Value = serde_json::from_slice(&run.bytes("report.json")).unwrap();
    assert_eq!(report["censusRows"].as_array().unwrap().len(), rows.len());
    let exposed = scene
        .tenant
        .software()
        .iter()
        .filter(|it| it.exposed_machines > 0);
    let log = scene.tenant.log();
    let calls = log.clone().only(ApiName::Census).calls.len();
    assert_eq!(calls, exposed.count(), "one call for each product");
    assert_eq!(log.only(ApiName::Software).calls.len(), 1);
}

#[test]
fn without_the_flag_nothing_is_requested_or_written() {
    let scene = Scene::with_machines(20);
    let run = scene.report(&[]).exits_with(0);
    assert!(!run.files().contains("census.csv"));
    assert!(run.summary().get("census").is_none());
    assert!(scene.tenant.log().only(ApiName::Software).calls.is_empty());
    // A census of an earlier night is removed by a run without one.
    let run = scene.report(&["--fresh", "--census"]).exits_with(0);
    assert!(run.files().contains("census.csv"));
    let run = scene.report(&["--fresh"]).exits_with(0);
    assert!(!run.files().contains("census.csv"));
}

#[test]
fn differing_counts_are_unexplained() {
    let scene = Scene::with(|settings| {
        settings.machines = 60;
        settings.faults = "census-differs".parse().unwrap();
    });
    let run = scene.report(&["--census"]).exits_with(0);
    let rows = rows(&run);
    assert_eq!(rows, truth(&scene, &[]));
    let differing = rows
        .values()
        .filter(|[ours, service, _]| ours != service)
        .count();
    assert!(differing > 3);
    assert_counts(&run, differing);
    assert!(run.stdout.contains("5 are unexplained"), "{}", run.stdout);
}

#[test]
fn machines_without_an_answer_explain_a_difference() {
    let silent = fleet_ids(3);
    let mut scene = Scene::with_machines(60);
    scene.report(&[]).exits_with(0);
    let failing = silent.clone();
    scene.replace_tenant(|settings| {
        settings.machines = 60;
        settings.faults.forever = failing.iter().map(|id| (*id, Fault::BadRequest)).collect();
    });
    let run = scene.report(&["--census", "--fresh"]).exits_with(5);
    let rows = rows(&run);
    assert_eq!(rows, truth(&scene, &silent));
    let explained = rows
        .values()
        .filter(|[ours, service, _]| ours != service)
        .count();
    assert!(explained > 0);
    assert_counts(&run, explained);
    assert_eq!(run.summary()["census"]["unexplained"], 0);
    assert!(
        run.stdout.contains("had no answer tonight"),
        "{}",
        run.stdout
    );
}

#[test]
fn skipped_machines_are_the_likely_reason_of_a_difference() {
    let scene = Scene::with_machines(80);
    let arguments = [
        "report",
        "--all-machines",
        "--os",
        "WindowsServer",
        "--census",
    ];
    let run = scene.run(&arguments).exits_with(0);
    let skipped = run.summary()["list"]["skipped"].as_u64().unwrap();
    let reason = format!("; {skipped} machines on the list were skipped");
    assert!(run.stdout.contains(&reason), "{}", run.stdout);
    let whole = truth(&scene, &[]);
    for (pair, [ours, service, _]) in rows(&run) {
        assert_eq!(service, whole[&pair][1]);
        assert!(ours <= service);
    }
}

#[test]
fn machines_that_the_list_lacks_are_the_likely_reason_too() {
    let scene = Scene::with_machines(60);
    let csv = scene.tenant.inventory_csv();
    let shorter: Vec<&str> = csv.lines().take(41).collect();
    scene.write("machines.csv", shorter.join("\n"));
    let run = scene.report(&["--census", "--check-list"]).exits_with(0);
    let reason = "are unexplained; 20 machines are not on your list";
    assert!(run.stdout.contains(reason), "{}", run.stdout);
}

#[test]
fn run_that_ended_early_has_no_census() {
    let scene = Scene::with(|settings| {
        settings.machines = 60;
        settings.limits = "40/h".parse().unwrap();
    });
    let arguments = ["--census", "--rate-limit", "40/h", "--budget", "3s"];
    let run = scene.report(&arguments).exits_with(5);
    assert_eq!(
        run.summary()["census"]["missingBecause"],
        "the time limit was reached"
    );
    assert!(!run.files().contains("census.csv"));
    assert!(scene.tenant.log().only(ApiName::Software).calls.is_empty());
}

#[test]
fn faults_of_the_census_are_retried() {
    let scene = Scene::with(|settings| {
        settings.machines = 40;
        let faults =
            "census-throttled=0.1,census-server-error=0.1,census-no-value=0.1,census-not-json=0.1";
        settings.faults = faults.parse().unwrap();
    });
    let run = scene.report(&["--census"]).exits_with(0);
    assert_eq!(rows(&run), truth(&scene, &[]));
}

#[test]
fn census_without_an_answer_never_costs_the_run() {
    let scene = Scene::with(|settings| {
        settings.machines = 20;
        settings.faults = "census-server-error=1".parse().unwrap();
    });
    let run = scene.report(&["--census", "--retries", "1"]).exits_with(0);
    let run = run.complains("The service's own count is missing");
    let census = &run.summary()["census"];
    assert_eq!(census["compared"], 0);
    let because = census["missingBecause"].as_str().unwrap();
    assert!(because.contains("500"), "{because}");
    assert!(!run.files().contains("census.csv"));
    let sentence = format!("The service's own count is missing: {because}");
    assert!(run.stdout.contains(&sentence), "{}", run.stdout);
}

const CENSUS_OF_EDGE: &str = r#"{"value":[{"id":"1","machineMissedOn":3}]}"#;
const MISSING_KBS: &str =
    r#"{"value":[{"id":"1","productsNames":["edge","word"],"cveAddressed":1}]}"#;
const NO_SUCH_PRODUCT: &str = r#"{"error":{"code":"NotFound","message":"no such software"}}"#;
const NO_ROLE: &str = r#"{"error":{"code":"Forbidden","message":"Missing application roles. API required roles: Software.Read.All, application roles: x."}}"#;
const PRODUCTS: &str =
    r#"{"value":[{"id":"microsoft-_-edge","vendor":"microsoft","exposedMachines":1}]}"#;

/// A report with a census from a service in which one machine misses one KB in two products.
/// `software` answers the calls for products: with a product's id, or without.
fn report_from(software: fn(Option<&str>) -> (u16, &'static str)) -> (Scene, Finished) {
    let gateway = Gateway::serve(move |target, stream| {
        let (status, body) = match target.trim_end() {
            machine if machine.len() == 40 => (200, MISSING_KBS),
            // The version of HTTP: the path has no fourth segment.
            "1.1" => software(None),
            id => software(Some(id)),
        };
        let json = "Content-Type: application/json\r\n";
        write_reply(stream, status, json, body.as_bytes())
    });
    let scene = Scene::with_machines(1);
    let mut command = scene.command(&["report", "machines.csv", "--census", "--retries", "0"]);
    gateway.gets(&mut command);
    let run = scene.finish(&mut command);
    (scene, run)
}

#[test]
fn product_without_a_count_is_left_out_and_named() {
    let (_scene, run) = report_from(|product| match product {
        None => (200, PRODUCTS),
        Some("microsoft-_-edge") => (200, CENSUS_OF_EDGE),
        // The service does not list it, but the answers name it.
        Some(id) => {
            assert_eq!(id, "microsoft-_-word");
            (404, NO_SUCH_PRODUCT)
        }
    });
    let run = run.exits_with(0).complains("lacks word: HTTP 404");
    let pair = ("edge".to_owned(), "1".to_owned());
    assert_eq!(rows(&run), Rows::from([(pair, [1, 3, 0])]));
    let left_out = &run.summary()["census"]["leftOut"];
    assert_eq!(left_out[0]["product"], "word");
    assert!(run.stdout.contains("Word (HTTP 404"), "{}", run.stdout);
}

#[test]
fn missing_role_is_named() {
    let (_scene, run) = report_from(|_| (403, NO_ROLE));
    let census = &run.exits_with(0).summary()["census"];
    let because = census["missingBecause"].as_str().unwrap();
    assert!(because.contains("Software.Read.All"), "{because}");
}

#[test]
fn census_of_a_kept_run_is_reported_again() {
    let scene = Scene::with(|settings| {
        settings.machines = 40;
        settings.faults = "census-differs".parse().unwrap();
    });
    let names = [
        "census.csv",
        "report.html",
        "report.xlsx",
        "report.json",
        "summary.json",
    ];
    let bytes = |run: &Finished| names.map(|name| run.bytes(name));
    let run = scene.report(&["--census"]).exits_with(0);
    let before = bytes(&run);
    let calls = scene.tenant.log().calls.len();
    let again = scene.run(&["report", "--offline"]).exits_with(0);
    assert!(bytes(&again) == before, "other bytes than before");
    assert_eq!(scene.tenant.log().calls.len(), calls);
    // A later run without a census has none, and the earlier one keeps its own.
    scene.report(&["--fresh"]).exits_with(0);
    let again = scene
        .run(&["report", "--offline", "--census"])
        .exits_with(0)
        .complains("this run has no stored census");
    assert!(!again.files().contains("census.csv"));
    let again = scene
        .run(&["report", "--offline", "--run", "1"])
        .exits_with(0);
    assert!(bytes(&again) == before, "other bytes than before");
}

#[test]
fn demo_compares_with_the_census() {
    let scene = Scene::with_machines(1);
    let run = scene.finish(&mut scene.bare(&["demo", "--machines", "40", "--census"]));
    let run = run.exits_with(0);
    assert!(rows(&run).len() > 10);
    assert!(
        run.stdout.contains("The service's own count"),
        "{}",
        run.stdout
    );
}
