//! The software inventory: `--software`.

mod service;

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use patchgap::simulator::{ApiName, TenantFault};

use self::service::{Reply, Request, SIGNATURE, Service};
use crate::common::{Background, Finished, Scene, fleet_ids, wait_until};

/// The time of the exports of [`Service`].
const GENERATED: &str = "2026-11-20T20:00:00Z";

fn gzip(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

/// A row for one of the scene's machines, in a file.
fn row(machine: usize) -> String {
    let id = fleet_ids(machine + 1)[machine];
    format!(
        r#"{{"DeviceId":"{id}","OSPlatform":"Windows11","SoftwareVendor":"microsoft","SoftwareName":"windows_11","SoftwareVersion":"10.0.26100.{machine}"}}"#
    )
}

fn rows(machines: usize) -> String {
    (0..machines).map(row).collect::<Vec<_>>().join("\n")
}

/// The part of a file from where the request wants it.
fn ranged(file: &[u8], request: &Request) -> Reply {
    let Some(range) = request.header("range") else {
        return Reply::ok(file);
    };
    let start: usize = range["bytes=".len()..]
        .trim_end_matches('-')
        .parse()
        .unwrap();
    let mut reply = Reply::of(206, &file[start..]);
    let (last, length) = (file.len() - 1, file.len());
    reply.headers = format!("Content-Range: bytes {start}-{last}/{length}\r\n");
    reply
}

/// A run with the software inventory of a service, for three machines.
fn run(service: &Service, arguments: &[&str]) -> (Scene, Finished) {
    let scene = Scene::with_machines(3);
    let mut command = scene.command(&["report", "machines.csv", "--software"]);
    service.gets(command.args(arguments).env("PATCHGAP_RETRIES", "1"));
    let finished = scene.finish(&mut command);
    (scene, finished)
}

/// The machines of the last run in the store, with their builds.
fn builds(scene: &Scene) -> Vec<String> {
    let store = rusqlite::Connection::open(scene.path("store.sqlite")).unwrap();
    let mut statement = store
        .prepare(
            "SELECT windows_build
             FROM machine_software
             JOIN software_set ON software_set.id = machine_software.software_set
             ORDER BY windows_build",
        )
        .unwrap();
    let builds = statement.query_map([], |row| row.get(0)).unwrap();
    builds.collect::<Result<_, _>>().unwrap()
}

const ALL: [&str; 3] = ["10.0.26100.0", "10.0.26100.1", "10.0.26100.2"];

#[test]
fn inventory_is_fetched_kept_and_shown_again() {
    let scene = Scene::with_machines(40);
    let run = scene.report(&["--software"]).exits_with(0);
    let log = scene.tenant.log();
    assert_eq!(log.clone().only(ApiName::SoftwareExport).calls.len(), 1);
    assert!(log.only(ApiName::SoftwareInventory).calls.is_empty());
    let downloads = scene.tenant.log().downloads;
    assert!(!downloads.is_empty());
    assert!(
        downloads
            .iter()
            .all(|it| it.status == Some(200) && !it.authorized),
        "{downloads:?}"
    );
    let generated = run.summary()["softwareGeneratedAt"].clone();
    assert!(generated.is_string(), "{}", run.summary());
    let kept = scene
        .run(&["report", "--offline", "--out", "again"])
        .exits_with(0);
    let mut again = kept.summary();
    let mut first = run.summary();
    for summary in [&mut again, &mut first] {
        summary.as_object_mut().unwrap().remove("files");
    }
    assert_eq!(again["softwareGeneratedAt"], generated);
    assert_eq!(builds(&scene).len(), 40);
}

#[test]
fn without_the_flag_nothing_is_requested_or_said() {
    let scene = Scene::with_machines(5);
    let run = scene.report(&[]).exits_with(0);
    assert!(
        scene
            .tenant
            .log()
            .only(ApiName::SoftwareExport)
            .calls
            .is_empty()
    );
    assert!(run.summary().get("softwareGeneratedAt").is_none());
    assert!(run.summary().get("softwareMissingBecause").is_none());
    let run = scene.run(&["report", "--offline", "--software", "--out", "again"]);
    run.exits_with(0)
        .complains("this run has no stored software inventory, and --offline requests none");
}

#[test]
fn without_the_role_the_run_is_refused_as_ever() {
    let scene = Scene::with(|settings| {
        settings.machines = 5;
        settings.faults.tenant = Some(TenantFault::MissingRole);
    });
    let run = scene.report(&["--software"]).exits_with(4);
    assert!(
        scene
            .tenant
            .log()
            .only(ApiName::SoftwareExport)
            .calls
            .is_empty()
    );
    run.complains("The software inventory is missing: the token lacks the permission");
}

#[test]
fn faults_of_files_are_mended() {
    let whole = gzip(&rows(3));
    let half = whole.len() / 2;
    let mended: [(&str, usize, Reply); 7] = [
        (
            "cut with its length",
            2,
            Reply {
                length: Some(whole.len()),
                ..Reply::ok(&whole[..half])
            },
        ),
        ("cut without", 2, Reply::ok(&whole[..half])),
        ("empty", 2, Reply::ok("")),
        ("not gzip", 2, Reply::ok("<html></html>")),
        (
            "damaged",
            2,
            Reply::ok([&whole[..half], b"????", &whole[half + 4..]].concat()),
        ),
        ("out of order", 2, Reply::of(503, "busy")),
        (
            "expired",
            2,
            Reply::of(
                403,
                "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code></Error>",
            ),
        ),
    ];
    for (what, downloads, fault) in mended {
        let file = whole.clone();
        let service = Service::start(1, None, move |_, download, request| match download {
            0 => fault.clone(),
            _ => ranged(&file, request),
        });
        let (scene, run) = run(&service, &[]);
        let run = run.exits_with(0);
        assert_eq!(
            run.summary()["softwareGeneratedAt"],
            GENERATED,
            "{what}: {}",
            run.stderr
        );
        assert_eq!(builds(&scene), ALL, "{what}");
        let requests = service.files.requests("");
        assert_eq!(requests.len(), downloads, "{what}");
        let range = requests[1].header("range").map(str::to_owned);
        let resumed = format!("bytes={half}-");
        assert_eq!(
            range,
            (what == "cut with its length").then_some(resumed),
            "{what}"
        );
        let exports = service.api.requests("SoftwareInventoryExport").len();
        assert_eq!(exports, if what == "expired" { 2 } else { 1 }, "{what}");
    }
}

#[test]
fn files_that_stay_bad_cost_the_inventory_and_not_the_run() {
    let long = gzip(&" ".repeat(3 << 20));
    let many = gzip(&format!("{}\n{}", rows(3), "no\n".repeat(3)));
    let mut elsewhere = Reply::of(302, "");
    elsewhere.headers = "Location: http://127.0.0.1:1/other\r\n".to_owned();
    for (fault, because, downloads) in [
        (Reply::ok(""), "it is empty", 2),
        (Reply::ok("text"), "it is not gzip", 2),
        (Reply::ok(&gzip("{}")[..10]), "it is cut off", 2),
        (Reply::ok(long), "it has a line of more than 1 MB", 1),
        (
            Reply::ok(many),
            "3 of 6 rows could not be read, such as row 4, `no",
            1,
        ),
        (
            elsewhere,
            "its address redirects elsewhere (HTTP 302 Found), which is not followed",
            1,
        ),
        (
            Reply::of(403, "<Error/>"),
            "its server answered with HTTP 403 Forbidden",
            3,
        ),
        (
            Reply::of(418, ""),
            "its server answered with HTTP 418 I'm a teapot",
            1,
        ),
    ] {
        let good = gzip(&rows(2));
        let service = Service::start(2, None, move |file, _, request| match file {
            0 => ranged(&good, request),
            _ => fault.clone(),
        });
        let (scene, run) = run(&service, &[]);
        let run = run.exits_with(0);
        let summary = run.summary();
        assert!(summary.get("softwareGeneratedAt").is_none(), "{because}");
        let missing = summary["softwareMissingBecause"].as_str().unwrap();
        assert!(
            missing.contains(&format!("file 2 of 2: {because}")),
            "{missing}"
        );
        assert!(missing.contains("no pages"), "{missing}");
        assert!(
            run.stdout.contains("The software inventory is missing:"),
            "{}",
            run.stdout
        );
        let page = String::from_utf8(run.bytes("report.html")).unwrap();
        assert!(page.contains("The software inventory is missing:"));
        assert_eq!(builds(&scene), [""; 0], "never half of it");
        let requests = service.files.requests("/1?");
        assert_eq!(requests.len(), downloads, "{because}");
        assert_eq!(service.api.requests("getmissingkbs").len(), 3, "{because}");
    }
}

#[test]
fn pages_are_read_where_files_cannot_be_had() {
    let page = rows(3).replace('\n', ",");
    let service = Service::start(1, Some(&page), |_, _, _| Reply::ok("not gzip"));
    let (scene, run) = run(&service, &["--retries", "0"]);
    let run = run
        .exits_with(0)
        .complains("is read from pages, not from files: file 1 of 1: it is not gzip");
    assert!(run.summary()["softwareGeneratedAt"].is_string());
    assert_eq!(builds(&scene), ALL);
    let pages = service.api.requests("SoftwareInventoryByMachine");
    assert!(pages[0].path.ends_with("?pageSize=50000"), "{pages:?}");
    assert_eq!(pages.len(), 1);
}

#[test]
fn some_unreadable_rows_and_an_old_inventory_are_told() {
    let mut text = rows(3)
        .to_uppercase()
        .replace("MICROSOFT", "Microsoft")
        .replace("WINDOWS_11", "windows_11");
    for _ in 0..2000 {
        text += "\n";
        text += &row(2);
    }
    text += "\n{\"DeviceId\":\"\u{1b}[31mx\",\"SoftwareVendor\":\"microsoft\",\"SoftwareName\":\"edge\"}";
    let file = gzip(&text);
    let service = Service::start(1, None, move |_, _, request| ranged(&file, request));
    let (scene, run) = run(&service, &[]);
    let expected = "1 row of the software inventory's 2,004 could not be read, such as row 2004";
    run.exits_with(0)
        .complains(expected)
        .complains("The software inventory is more than a day old, from 2026-11-20T20:00:00Z");
    assert_eq!(builds(&scene), ALL);
}

#[test]
fn signed_addresses_and_tokens_stay_where_they_belong() {
    let file = gzip(&rows(3));
    let service = Service::start(3, None, move |number, download, request| {
        match (number, download) {
            (0, _) => ranged(&file, request),
            (1, _) => Reply::of(400, request.path.as_bytes()),
            _ => Reply {
                length: Some(9999),
                ..Reply::ok("cut")
            },
        }
    });
    let (scene, run) = run(&service, &["-vvv", "--retries", "2"]);
    let run = run.exits_with(0);
    assert!(!service.files.requests(SIGNATURE).is_empty());
    for request in service.files.requests("") {
        assert_eq!(request.header("authorization"), None, "{request:?}");
        assert_eq!(request.header("accept-encoding"), None, "{request:?}");
    }
    for request in service.api.requests("") {
        assert!(request.header("authorization").is_some(), "{request:?}");
    }
    let mut texts = vec![
        run.stdout.clone().into_bytes(),
        run.stderr.clone().into_bytes(),
    ];
    texts.extend(run.files().iter().map(|name| run.bytes(name)));
    texts.push(std::fs::read(scene.path("store.sqlite")).unwrap());
    for text in texts {
        let text = String::from_utf8_lossy(&text);
        for secret in ["dGhlIHNpZ25hdHVyZQ", "header.payload"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn run_that_goes_on_has_the_inventory_that_it_began_with() {
    let mut scene = Scene::with(|settings| {
        settings.machines = 60;
        settings.limits = "10/h".parse().unwrap();
    });
    let background: Background =
        scene.report_in_background(&["--software", "--rate-limit", "10/h"]);
    wait_until("some answers", || {
        scene.tenant.log().only(ApiName::MissingKbs).calls.len() >= 5
    });
    background.kill();
    let exports = scene.tenant.log().only(ApiName::SoftwareExport).calls.len();
    assert_eq!(exports, 1);
    scene.replace_tenant(|settings| settings.machines = 60);
    let run = scene
        .report(&["--software", "--rate-limit", "none"])
        .exits_with(0);
    assert!(
        scene
            .tenant
            .log()
            .only(ApiName::SoftwareExport)
            .calls
            .is_empty()
    );
    assert!(run.summary()["softwareGeneratedAt"].is_string());
}

#[test]
fn exports_of_earlier_runs_count() {
    let scene = Scene::with_machines(3);
    scene.report(&["--software"]).exits_with(0);
    let exports = || scene.tenant.log().only(ApiName::SoftwareExport).calls.len();
    assert_eq!(exports(), 1);
    // The limit is 5 a minute.
    for _ in 0..4 {
        scene.kept().execute(
            "INSERT INTO call (application, api, sent_at_ms, answered_at_ms)
             SELECT application, api, sent_at_ms, answered_at_ms FROM call
             WHERE api = 'software-export' LIMIT 1",
        );
    }
    let run = scene
        .report(&["--software", "--fresh", "--budget", "1s"])
        .exits_with(0);
    assert_eq!(exports(), 1);
    let because = run.summary()["softwareMissingBecause"].clone();
    assert_eq!(because, "the time limit was reached");
}
