//! Accepted risks, deadlines, and what makes a complete run fail: `--exceptions`, `--deadlines`, `--fail-on`.

use std::{collections::BTreeSet, fs};

use crate::common::{Row, Scene};

const HEADER: &str = "kbId,machineId,group,tag,until,by,reason\n";

/// The KB that most machines of the scene miss.
fn most_missing(scene: &Scene) -> String {
    let fleet = scene.tenant.fleet().machines();
    let missing = fleet.iter().flat_map(|it| it.missing.iter());
    let ids: Vec<String> = missing.map(|it| it.id.to_string()).collect();
    let count = |id: &&String| (ids.iter().filter(|it| it == id).count(), (*id).clone());
    ids.iter().max_by_key(count).unwrap().clone()
}

/// Feeds that say that a CVE of this KB is exploited.
fn write_feeds(scene: &Scene, kb: &str) {
    fs::create_dir_all(scene.path("feeds")).unwrap();
    let kev = "cveID,dateAdded,dueDate\nCVE-2025-29824,2025-04-08,2125-04-29\n";
    scene.write("feeds/known_exploited_vulnerabilities.csv", kev);
    let month = format!(
        r#"{{"DocumentTracking":{{"InitialReleaseDate":"2025-04-08T07:00:00","CurrentReleaseDate":"2025-04-15T07:00:00"}},
        "Vulnerability":[{{"CVE":"CVE-2025-29824","Remediations":[{{"Type":2,"Description":{{"Value":"{kb}"}}}}]}}]}}"#
    );
    scene.write("feeds/2025-Apr.json", month);
}

fn accepted<'row>(rows: &'row [Row], kb: &'row str) -> impl Iterator<Item = &'row str> {
    let of_kb = rows.iter().filter(move |it| it["kbId"] == kb);
    of_kb.map(|it| &*it["accepted"])
}

#[test]
fn accepted_gaps_stay_in_every_figure_and_come_back() {
    let scene = Scene::with_machines(20);
    let kb = most_missing(&scene);
    let bare = scene.report(&[]).exits_with(0);
    scene.write(
        "accepted.csv",
        format!("{HEADER}KB{kb},,,,,Ann,breaks the till\n9999999,,,,,,\n"),
    );
    let run = scene
        .report(&["--offline", "--exceptions", "accepted.csv"])
        .exits_with(0)
        .complains("exceptions `accepted.csv`: line 3: it matches no gap");
    let rows = run.rows("gaps.csv");
    assert!(accepted(&rows, &kb).all(|it| it == "true"));
    let marked = rows.iter().filter(|it| it["accepted"] == "true");
    let machines: BTreeSet<&str> = marked.map(|it| &*it["machineId"]).collect();
    let summary = run.summary();
    assert_eq!(summary["accepted"]["gaps"], machines.len());
    assert_eq!(summary["accepted"]["machines"], machines.len());
    for figure in ["gaps", "exposure", "kbs", "fullyPatched"] {
        assert_eq!(summary[figure], bare.summary()[figure]);
    }
    scene.write("accepted.csv", format!("{HEADER}{kb},,,,2020-01-01,,\n"));
    let run = scene
        .report(&["--offline", "--exceptions", "accepted.csv"])
        .exits_with(0)
        .complains("line 2: it ended on 2020-01-01, and its");
    assert!(accepted(&run.rows("gaps.csv"), &kb).all(str::is_empty));
    assert_eq!(run.summary()["accepted"]["gaps"], 0);
}

#[test]
fn bad_exceptions_end_the_run_before_any_request() {
    let scene = Scene::with_machines(1);
    scene.write("accepted.csv", format!("{HEADER},,,,,me,everything\n"));
    for (file, hint) in [
        ("accepted.csv", "kbId, which the header has to have"),
        (
            "gone.csv",
            "name a file that can be read with --exceptions FILE",
        ),
    ] {
        scene
            .report(&["--exceptions", file])
            .exits_with(3)
            .complains(file)
            .hints(hint);
    }
    scene
        .report(&["--exceptions", "accepted.csv"])
        .complains("line 2: it names no KB");
    scene.assert_no_requests();
}

#[test]
fn complete_run_fails_while_exploited_gaps_are_open() {
    let scene = Scene::with_machines(10);
    let kb = most_missing(&scene);
    let flags = ["--fail-on", "known-exploited", "--feeds", "feeds"];
    fs::create_dir_all(scene.path("feeds")).unwrap();
    let refused = scene.report(&flags).exits_with(3);
    refused.complains("needs CISA's catalogue").hints("--feeds");
    scene.assert_no_requests();
    write_feeds(&scene, &kb);
    let run = scene.report(&flags).exits_with(5);
    assert!(
        run.stdout.contains("complete (exit code 5)"),
        "{}",
        run.stdout
    );
    assert_eq!(run.summary()["outcome"], "complete");
    let run = run.complains("exit code 5 because of --fail-on known-exploited");
    assert_eq!(
        run.summary()["knownExploited"]["gaps"],
        run.rows("gaps.csv")
            .iter()
            .filter(|it| it["knownExploited"] == "1")
            .count()
    );
    scene.write("accepted.csv", format!("{HEADER}{kb},,,,,,\n"));
    let offline = [&flags[..], &["--offline"]].concat();
    scene.report(&offline).exits_with(5);
    let accepted = [&offline[..], &["--exceptions", "accepted.csv"]].concat();
    let run = scene.report(&accepted).exits_with(0);
    assert_eq!(
        run.summary()["knownExploited"]["accepted"],
        run.summary()["knownExploited"]["gaps"]
    );
}

#[test]
fn deadlines_of_the_file_mark_what_is_overdue() {
    let scene = Scene::with_machines(5);
    scene.report(&[]).exits_with(0);
    scene.kept().age_runs(24);
    scene.write(
        "deadlines.toml",
        "[deadlines]\nother = 0\nknown_exploited = 0\n",
    );
    let run = scene.report(&["--config", "deadlines.toml"]).exits_with(0);
    let rows = run.rows("gaps.csv");
    assert!(!rows.is_empty());
    for row in &rows {
        let days: u32 = row["daysMissing"].parse().unwrap();
        let overdue = row["overdue"].parse().unwrap_or(0);
        assert_eq!(overdue, days, "{row:?}");
    }
    let overdue = rows.iter().filter(|it| !it["overdue"].is_empty()).count();
    assert_eq!(run.summary()["overdue"]["gaps"], overdue);
    scene.write(
        "deadlines.toml",
        "retries = 1\n[deadlines]\nother = 0\nhigh = 3\n",
    );
    scene
        .report(&["--config", "deadlines.toml"])
        .exits_with(3)
        .complains("deadlines.toml: line 4: deadlines.high: unknown field `high`");
}
