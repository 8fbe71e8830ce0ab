//! The tables of the manual match the code.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use clap::CommandFactory;
use patchgap::{
    cli::Cli,
    defender::cloud::Cloud,
    domain::{api::Api, exit_code::ExitCode, text::span},
    quota::{Gate, Load, Rules},
};
use tokio::time::Instant;

use crate::common::{Page, Scene, project};

/// The reports with columns, and the headings under which the manual describes them.
const TABLES: [&str; 7] = [
    "kbs.csv",
    "machines.csv",
    "gaps.csv",
    "failures.csv",
    "changes.csv",
    "census.csv",
    "crosscheck.csv",
];

fn first_column(table: &[Vec<String>]) -> Vec<&str> {
    table.iter().map(|row| row[0].as_str()).collect()
}

#[test]
fn manual_lists_the_exit_codes() {
    use ExitCode::{
        Complete, Configuration, Interrupted, Output, Partial, Refused, Unexpected, Usage,
    };
    let codes = [
        Complete,
        Unexpected,
        Usage,
        Configuration,
        Refused,
        Partial,
        Output,
        Interrupted,
    ];
    let table = Page::read("docs/troubleshooting.md").table("## Exit codes");
    let told: Vec<_> = table.iter().map(|row| row[..2].to_vec()).collect();
    let real = codes.map(|code| vec![(code as u8).to_string(), code.meaning().to_owned()]);
    assert_eq!(told, real);
    let help = Cli::command().render_long_help().to_string();
    for code in codes {
        let line = format!("\n  {:>3}  ", code as u8);
        assert!(help.contains(&line), "{code:?}");
    }
}

#[test]
fn manual_lists_the_columns_of_the_reports() {
    let scene = Scene::with_machines(1);
    scene.report(&[]).exits_with(0);
    // Only a second night has changes.
    scene
        .report(&["--census", "--cross-check=export"])
        .exits_with(0);
    let page = Page::read("docs/reports.md");
    for name in TABLES {
        let report = fs::read_to_string(scene.path("reports").join(name)).unwrap();
        let real = report.lines().next().unwrap();
        let table = page.table(&format!("## `{name}`"));
        let told = first_column(&table).join(",");
        // The columns of the simulated tenant's own list.
        let told = told.replace("*your columns*", "DeviceName,osPlatform,osVersion,site");
        assert_eq!(told, real, "{name}");
    }
}

#[test]
fn manual_lists_the_fields_of_the_summary() {
    let scene = Scene::with_machines(1);
    scene.report(&["--source=changes"]).exits_with(0);
    // Only a night with another one a week before, without a call for every machine, has every field.
    scene.kept().age_runs(8 * 24);
    let summary = scene
        .report(&["--source=changes,cohorts"])
        .exits_with(0)
        .summary();
    let table = Page::read("docs/reports.md").table("## `summary.json`");
    let told = first_column(&table);
    // And another one by the export, of a tenant with a name.
    scene.write("accepted.csv", "kbId,reason\n1,nobody has it\n");
    fs::create_dir_all(scene.path("feeds")).unwrap();
    scene.write(
        "feeds/known_exploited_vulnerabilities.csv",
        "cveID,dateAdded,dueDate\nCVE-2025-29824,2025-04-08,2025-04-29\n",
    );
    let id = scene.tenant.tenant_id();
    let tenants = format!("[[tenant]]\nname = 'a'\ntenant_id = '{id}'\nout = 'reports'");
    scene.write("tenants.toml", tenants);
    let export = scene.report(&[
        "--source=export",
        "--cross-check=hunting",
        "--exceptions=accepted.csv",
        "--deadlines=default",
        "--feeds=feeds",
        "--tenants=tenants.toml",
        "--tenant=a",
    ]);
    let export = export.exits_with(0).summary();
    let fields = [&summary, &export].map(|it| it.as_object().unwrap().keys());
    let real: BTreeSet<&str> = fields.into_iter().flatten().map(String::as_str).collect();
    let told: BTreeSet<&str> = told.into_iter().collect();
    assert_eq!(told, real);
}

#[test]
fn durations_in_the_manual_match_the_forecast() {
    let gate = Gate::new(|_| Rules {
        limits: "100/min,1500/h".parse().unwrap(),
        pace: "10/s".parse().unwrap(),
    });
    let limiter = gate.limiter(Api::MissingKbs);
    let table = Page::read("docs/quota.md").table("## How long it takes");
    let sizes = ["50", "500", "1,500", "5,000", "10,000", "50,000", "100,000"];
    assert_eq!(first_column(&table), sizes);
    for row in table {
        let load = Load {
            calls: row[0].replace(',', "").parse().unwrap(),
            latency: Duration::from_millis(300),
            concurrency: 8,
        };
        let now = Instant::now();
        assert_eq!(row[1], span(limiter.forecast(load) - now), "{}", row[0]);
    }
}

#[test]
fn durations_in_the_manual_match_the_plan() {
    let scene = Scene::with_machines(500);
    let mut command = scene.command(&["report", "machines.csv", "--dry-run"]);
    command
        .env_remove("PATCHGAP_RATE_LIMIT")
        .env_remove("PATCHGAP_PACE");
    let run = scene.finish(&mut command).exits_with(0);
    let table = Page::read("docs/quota.md").table("## How long it takes");
    let row = table.iter().find(|row| row[0] == "500").unwrap();
    let expected = format!("about {}:", row[1]);
    assert!(run.stdout.contains(&expected), "{}", run.stdout);
}

#[test]
fn manual_lists_the_endpoints_of_every_cloud() {
    let table = Page::read("docs/sign-in.md").table("## National clouds");
    let mut told = BTreeSet::new();
    for row in table {
        let names = row[0].replace(" (default)", "");
        for name in names.split(", ") {
            let cloud: Cloud = name.parse().unwrap();
            let api = row[1].rsplit(' ').next().unwrap();
            let api = api.replace("//eu.", &format!("//{name}."));
            let endpoints = cloud.endpoints();
            assert_eq!((endpoints.api, endpoints.authority), (&*api, &*row[2]));
            told.insert(name.to_owned());
        }
    }
    let all: BTreeSet<String> = Cloud::WORDS.iter().map(|&word| word.to_owned()).collect();
    assert_eq!(told, all);
}

/// The text of every source file, with the line breaks within string literals removed.
fn sources() -> String {
    fn read(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, into);
            } else if path.extension().is_some_and(|it| it == "rs") {
                into.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    read(&project().join("src"), &mut text);
    let pieces = text.split("\\\n").map(str::trim_start);
    pieces.collect()
}

#[test]
fn troubleshooting_quotes_real_messages() {
    let sources = sources();
    let page = Page::read("docs/troubleshooting.md");
    let mut messages = page.words();
    // Single words are codes, options and files; the others are not patchgap's.
    let foreign = ["patchgap check", "disk I/O error", "| head"];
    messages.retain(|text| text.contains(' ') && !foreign.contains(&text.as_str()));
    assert!(messages.len() >= 18, "{messages:?}");
    for message in messages {
        for part in message.split(" ... ") {
            assert!(sources.contains(part), "{part}");
        }
    }
}
