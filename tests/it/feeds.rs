//! `patchgap feeds`: fetched when called, only what has changed, and never a worse file than before.

use std::{
    fs,
    io::{self, Write},
    net::TcpStream,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use patchgap::simulator::FeedRequest;

use crate::common::{Finished, Gateway, Scene, write_reply};

const KEV: &str = "feeds/known_exploited_vulnerabilities.json";
const EPSS: &str = "feeds/epss_scores-current.csv.gz";
/// The first month of the simulated tenant.
const MONTH: &str = "feeds/2024-Oct.json";

/// `patchgap feeds` of the tenant's own feeds, with more arguments. The months are all that there are.
fn command(scene: &Scene, arguments: &[&str]) -> Command {
    let mut command = scene.command(&[&["feeds", "--months=240"], arguments].concat());
    command
        .env("PATCHGAP_FEEDS", scene.path("feeds"))
        .env("PATCHGAP_KEV_URL", scene.tenant.kev_url().as_str())
        .env("PATCHGAP_EPSS_URL", scene.tenant.epss_url().as_str())
        .env("PATCHGAP_MSRC_URL", scene.tenant.msrc_url().as_str())
        .env_remove("AZURE_CLIENT_SECRET");
    command
}

fn fetch(scene: &Scene, arguments: &[&str]) -> Finished {
    scene.finish(&mut command(scene, arguments))
}

/// The requests for feeds since the last ones.
fn requests(scene: &Scene, before: usize) -> Vec<FeedRequest> {
    scene.tenant.log().feeds.split_off(before)
}

#[track_caller]
fn assert_row(run: &Finished, name: &str, outcome: &str) {
    let mut rows = run.stdout.lines();
    let row = rows.find(|row| row.contains(name)).unwrap_or_default();
    assert!(row.ends_with(outcome), "{name}: {}", run.stdout);
}

#[test]
fn only_what_has_changed_is_fetched_again() {
    let scene = Scene::with_machines(5);
    let run = fetch(&scene, &[]).exits_with(0);
    assert_eq!(run.stderr, "");
    for name in ["known_exploited_vulnerabilities.json", "2024-Oct.json"] {
        assert_row(&run, name, "  fetched");
    }
    scene.assert_no_requests();
    let first = requests(&scene, 0);
    assert!(first.len() > 10, "{first:?}");
    assert!(first.iter().all(|it| !it.authorized && !it.conditional));

    // One of the files was changed by hand.
    scene.write(MONTH, "{}");
    let run = fetch(&scene, &[]).exits_with(0);
    assert_row(&run, "epss_scores-current.csv.gz", "  unchanged");
    assert_row(&run, "2024-Oct.json", "  fetched");
    assert_row(&run, "other months of MSRC", "  unchanged");
    let again = requests(&scene, first.len());
    let again: Vec<_> = again
        .iter()
        .map(|it| (it.path.rsplit('/').next().unwrap(), it.status))
        .collect();
    let kev = KEV.trim_start_matches("feeds/");
    let epss = EPSS.trim_start_matches("feeds/");
    let expected = [(kev, 304), (epss, 304), ("updates", 200), ("2024-Oct", 200)];
    assert_eq!(again, expected);

    let run = scene
        .report(&["--feeds=feeds", "--rank-by=risk"])
        .exits_with(0);
    let feeds = run.summary()["feeds"].as_array().unwrap().clone();
    assert_eq!(feeds.len(), 3);
    let rows = run.rows("kbs.csv");
    assert!(rows.iter().all(|it| !it["distinctCves"].is_empty()));
}

/// A server that refuses each requested file in a different way, and the redirect's target.
fn bad_server(target: String) -> Gateway {
    let whole = r#"{"dateReleased":"2025-08-25","vulnerabilities":[{"cveID":"CVE-2025-48384"}]}"#;
    Gateway::serve(move |path, stream| {
        let page = "Content-Type: text/html\r\n";
        let redirect = |stream: &mut TcpStream, to: &str| -> io::Result<()> {
            write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
            )
        };
        match path.trim_end_matches(" HTTP") {
            "page" => write_reply(stream, 200, page, b"<html>Sign in</html>"),
            "cut" => write_reply(stream, 200, "", &whole.as_bytes()[..60]),
            "failing" => write_reply(stream, 500, page, b""),
            "elsewhere" => redirect(stream, "http://feeds.example/kev.json"),
            "localhost" => redirect(stream, &target),
            "same" => write_reply(stream, 304, "", b""),
            _ => write_reply(stream, 404, page, b""),
        }
    })
}

#[test]
fn what_cannot_be_fetched_costs_nothing_that_is_there() {
    let scene = Scene::with_machines(1);
    fetch(&scene, &[]).exits_with(0);
    let there = fs::read(scene.path(KEV)).unwrap();
    let target = scene
        .tenant
        .kev_url()
        .as_str()
        .replace("127.0.0.1", "localhost");
    let server = bad_server(target);
    for (path, problem) in [
        ("page", "it is HTML or XML, not the KEV catalogue"),
        (
            "cut",
            "line 1: it is truncated: the KEV catalogue ends too early",
        ),
        (
            "failing",
            "the server answered with HTTP 500 Internal Server Error",
        ),
        (
            "elsewhere",
            "it is redirected to feeds.example without https",
        ),
        ("same", "the server answered with HTTP 304 Not Modified"),
        ("nowhere", "the server answered with HTTP 404 Not Found"),
    ] {
        let url = format!("--kev-url={}/a/b/{path}", server.url());
        let run = fetch(&scene, &[&url, "--retries=0", "-q"]).exits_with(5);
        assert_eq!(run.stdout, "", "{path}");
        let warning = format!("not fetched: known_exploited_vulnerabilities.json: {problem}");
        let run = run.complains(&warning);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert_eq!(fs::read(scene.path(KEV)).unwrap(), there, "{path}");
    }
    let url = format!("--kev-url={}/a/b/localhost", server.url());
    let run = fetch(&scene, &[&url]).exits_with(0);
    assert_row(&run, "known_exploited", "  fetched from localhost");
}

#[test]
fn list_of_months_that_is_missing_is_said() {
    let scene = Scene::with_machines(1);
    let server = bad_server(String::new());
    let url = format!("--msrc-url={}/a/b", server.url());
    let run = fetch(&scene, &[&url]).exits_with(5);
    let run =
        run.complains("not fetched: list of months (MSRC): the server answered with HTTP 404");
    assert_row(&run, "list of months (MSRC)", "  failed");
    assert_row(&run, "known_exploited", "  fetched");
}

#[test]
fn server_that_fails_is_not_asked_for_month_after_month() {
    let scene = Scene::with_machines(1);
    let months = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&months);
    let server = Gateway::serve(move |path, stream| {
        if path.starts_with("updates") {
            let index = br#"{"value":[{"ID":"2025-Sep"},{"ID":"2025-Oct"},{"ID":"2025-Nov"}]}"#;
            return write_reply(stream, 200, "", index);
        }
        asked.fetch_add(1, Ordering::Relaxed);
        write_reply(stream, 503, "", b"")
    });
    let url = format!("--msrc-url={}/a/b", server.url());
    let run = fetch(&scene, &[&url, "--retries=0"]).exits_with(5);
    let run = run.complains("not fetched: 2 older months: not requested, because the server");
    assert_row(&run, "2025-Nov.json", "  failed");
    assert_eq!(months.load(Ordering::Relaxed), 1);
}

#[test]
fn folder_that_is_not_there_is_called_a_folder() {
    let scene = Scene::with_machines(1);
    let run = scene.report(&["--feeds=nowhere"]).exits_with(3);
    run.complains("feeds folder `nowhere`")
        .hints("patchgap feeds --feeds DIR");
    scene.assert_no_requests();
}

#[test]
fn quiet_run_leaves_a_line_in_the_log() {
    let scene = Scene::with_machines(1);
    let mut command = command(&scene, &["-q"]);
    command.env("PATCHGAP_LOG_FILE", scene.path("log"));
    scene.finish(&mut command).exits_with(0);
    let log = fs::read_to_string(scene.path("log")).unwrap();
    assert!(log.contains("feeds finished"), "{log}");
}

#[test]
fn folder_that_cannot_be_written_is_found_before_any_request() {
    let scene = Scene::with_machines(1);
    let refused = fetch(&scene, &["--feeds=root.pem"]).exits_with(6);
    refused
        .complains("the feeds folder root.pem cannot be written")
        .hints("--feeds DIR");
    let plain = fetch(&scene, &["--kev-url=http://feeds.example/kev.json"]).exits_with(2);
    plain.complains("plain http is only allowed for loopback addresses");
    assert_eq!(requests(&scene, 0), []);
}
