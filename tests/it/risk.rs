//! Feeds of CVEs: `--feeds`, `--rank-by risk`.

use std::fs;

use crate::common::{Row, Scene};

const KEV: &str = "known_exploited_vulnerabilities.csv";

/// A scene whose folder `feeds` says that the KB with the fewest CVEs has one that is exploited.
fn scene() -> (Scene, String) {
    let scene = Scene::with_machines(20);
    let fleet = scene.tenant.fleet().machines();
    let missing = fleet.iter().flat_map(|it| it.missing.iter());
    let least = missing.min_by_key(|it| (it.cve_addressed, it.id.clone()));
    let kb = least.unwrap().id.to_string();
    write_feeds(&scene, "feeds", &kb);
    (scene, kb)
}

fn write_feeds(scene: &Scene, folder: &str, kb: &str) {
    fs::create_dir_all(scene.path(folder)).unwrap();
    let kev = "dueDate,cveID,dateAdded,knownRansomwareCampaignUse\n2025-04-29,CVE-2025-29824,2025-04-08,Known\n";
    scene.write(&format!("{folder}/{KEV}"), kev);
    let epss = "#model_version:v2025.03.14,score_date:2025-09-13\ncve,epss,percentile\nCVE-2025-29824,0.04713,0.88912\n";
    scene.write(&format!("{folder}/epss_scores-current.csv"), epss);
    let month = format!(
        r#"{{"DocumentTracking":{{"InitialReleaseDate":"2025-04-08T07:00:00","CurrentReleaseDate":"2025-04-15T07:00:00"}},
        "Vulnerability":[{{"CVE":"CVE-2025-29824","Remediations":[{{"Type":2,"Description":{{"Value":"{kb}"}}}}]}}]}}"#
    );
    scene.write(&format!("{folder}/2025-Apr.json"), month);
}

fn row(rows: &[Row], kb: &str) -> Row {
    rows.iter().find(|it| it["kbId"] == kb).unwrap().clone()
}

#[test]
fn exploited_kb_comes_first_by_risk() {
    let (scene, kb) = scene();
    let run = scene
        .report(&["--feeds", "feeds", "--rank-by", "risk"])
        .exits_with(0);
    let rows = run.rows("kbs.csv");
    assert_eq!(rows[0]["kbId"], kb);
    let first = row(&rows, &kb);
    for (column, expected) in [
        ("distinctCves", "1"),
        ("knownExploited", "1"),
        ("ransomware", "1"),
        ("kevDueDate", "2025-04-29"),
        ("epssMax", "0.04713"),
        ("releasedOn", "2025-04-08"),
    ] {
        assert_eq!(first[column], expected, "{column}");
    }
    assert!(rows[1..].iter().all(|it| it["knownExploited"].is_empty()));
    let summary = run.summary();
    let machines: u64 = first["machinesMissing"].parse().unwrap();
    assert_eq!(summary["knownExploited"]["machines"], machines);
    assert_eq!(summary["knownExploited"]["gaps"], machines);
    assert_eq!(summary["feeds"][0]["name"], "kev");
    assert!(
        run.stdout
            .contains("Known exploited: 1 CVE in 1 missing KB"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("Feeds older than seven days: KEV of 2025-04-08"),
        "{}",
        run.stdout
    );
    let again = scene.report(&["--offline", "--feeds", "feeds", "--rank-by", "risk"]);
    let again = again.exits_with(0).rows("kbs.csv");
    assert_eq!(again, rows);
}

#[test]
fn feeds_are_read_again_only_if_they_changed() {
    let (scene, kb) = scene();
    let cache = scene.path("store.sqlite.feeds");
    let exploited = |arguments: &[&str]| {
        let run = scene.report(&[&["--feeds=feeds"], arguments].concat());
        row(&run.exits_with(0).rows("kbs.csv"), &kb)["knownExploited"].clone()
    };
    assert_eq!(exploited(&[]), "1");
    let kept = fs::read(&cache).unwrap();
    assert_eq!(exploited(&["--offline"]), "1");
    assert_eq!(fs::read(&cache).unwrap(), kept);
    scene.write("store.sqlite.feeds", &kept[..kept.len() - 9]);
    assert_eq!(exploited(&["--offline"]), "1");
    let other = "cveID,dateAdded,dueDate\nCVE-2025-29825,2025-04-08,2025-04-29\n";
    scene.write(&format!("feeds/{KEV}"), other);
    assert_eq!(exploited(&["--offline"]), "0");
}

// On Windows that is the user's own, and no variable says where it is.
#[cfg(unix)]
#[test]
fn feeds_of_the_data_folder_are_read_by_default() {
    let (scene, kb) = scene();
    write_feeds(&scene, ".local/share/patchgap/feeds", &kb);
    let run = scene.report(&[]).exits_with(0);
    assert_eq!(row(&run.rows("kbs.csv"), &kb)["knownExploited"], "1");
    scene.write(&format!(".local/share/patchgap/feeds/{KEV}"), "<html>");
    let run = scene.report(&[]).exits_with(0).complains(KEV);
    let row = row(&run.rows("kbs.csv"), &kb);
    assert_eq!((&*row["knownExploited"], &*row["distinctCves"]), ("", "1"));
}

#[test]
fn named_feed_that_cannot_be_read_ends_the_run_before_any_request() {
    let (scene, _) = scene();
    scene.write(
        &format!("feeds/{KEV}"),
        "cveID,dateAdded,dueDate\nCVE-2025-29824,2025-04-08,soon\n",
    );
    let refused = scene.report(&["--feeds", "feeds"]).exits_with(3);
    refused
        .complains("line 2: `soon` is not a date")
        .hints("fetch the file again");
    scene
        .report(&["--feeds", "nowhere"])
        .exits_with(3)
        .complains("nowhere");
    scene.assert_no_requests();
}

#[test]
fn order_by_risk_takes_a_feed() {
    let scene = Scene::with_machines(3);
    let refused = scene.report(&["--rank-by", "risk"]).exits_with(3);
    refused.complains("needs a feed").hints("--feeds");
    scene.assert_no_requests();
}

#[test]
fn what_has_come_into_the_catalogue_is_named() {
    let (scene, kb) = scene();
    let other = "cveID,dateAdded,dueDate\nCVE-2020-0001,2025-04-08,2025-04-29\n";
    let listed = std::fs::read(scene.path(&format!("feeds/{KEV}"))).unwrap();
    scene.write(&format!("feeds/{KEV}"), other);
    let first = scene.report(&["--feeds", "feeds"]).exits_with(0);
    assert!(
        first
            .stdout
            .contains("No CVE of a missing KB is known to be exploited")
    );
    scene.write(&format!("feeds/{KEV}"), listed);
    let run = scene.report(&["--feeds", "feeds"]).exits_with(0);
    let machines = row(&run.rows("kbs.csv"), &kb)["machinesMissing"].clone();
    let news = format!(": KB{kb} on {machines} (in the catalogue since then)");
    assert!(
        run.stdout.contains("Known exploited and new since"),
        "{}",
        run.stdout
    );
    let joined = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains(&news), "{}", run.stdout);
    let report: serde_json::Value = serde_json::from_slice(&run.bytes("report.json")).unwrap();
    let trend = report["trend"].as_array().unwrap();
    let exploited: Vec<String> = trend
        .iter()
        .map(|it| it["knownExploited"].to_string())
        .collect();
    assert_eq!(exploited, ["0".to_owned(), machines]);
    // The third night has no news.
    let run = scene.report(&["--feeds", "feeds"]).exits_with(0);
    assert!(!run.stdout.contains("and new since"), "{}", run.stdout);
}

#[test]
fn service_says_how_severe_its_own_cves_are() {
    let scene = Scene::with_machines(10);
    let run = scene.report(&["--source", "export"]).exits_with(0);
    let rows = run.rows("kbs.csv");
    assert!(!rows.is_empty());
    for row in &rows {
        assert!(
            ["Critical", "Important", "Moderate", "Low"].contains(&&*row["severity"]),
            "{row:?}"
        );
        assert!(row["cvssMax"].parse::<f64>().unwrap() <= 10.0, "{row:?}");
    }
    let again = scene.report(&["--offline"]).exits_with(0);
    assert_eq!(again.rows("kbs.csv"), rows);
}
