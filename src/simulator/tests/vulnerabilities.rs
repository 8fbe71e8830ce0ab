//! The software vulnerabilities, in pages and in files.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const PAGES: &str = "machines/SoftwareVulnerabilitiesByMachine";
pub(super) const EXPORT: &str = "machines/SoftwareVulnerabilitiesExport";

pub(super) async fn export(scene: &Scene, token: &str) -> Vec<String> {
    tables::export(scene, token, EXPORT).await
}

/// The rows of every file.
pub(super) async fn files(scene: &Scene, token: &str) -> Vec<Vec<Value>> {
    tables::files(scene, &export(scene, token).await).await
}

/// The text in a field, in any case; `None` if it is absent or null.
pub(super) fn text<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    let fields = row.as_object().unwrap();
    let in_any_case = || fields.iter().find(|it| it.0.eq_ignore_ascii_case(field));
    let value = fields.get(field).or_else(|| Some(in_any_case()?.1));
    value?.as_str()
}

/// The rows about one KB on one machine.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gap {
    names: BTreeSet<String>,
    urls: BTreeSet<String>,
    products: BTreeSet<String>,
    cves: BTreeSet<String>,
}

/// The rows, by machine and KB.
pub(super) fn grouped<'a>(
    rows: impl IntoIterator<Item = &'a Value>,
) -> BTreeMap<(String, String), Gap> {
    let mut gaps: BTreeMap<(String, String), Gap> = BTreeMap::new();
    for row in rows {
        let of_row = |field| text(row, field).map(str::to_owned);
        let Some(kb) = of_row("recommendedSecurityUpdateId") else {
            continue;
        };
        let gap = gaps.entry((of_row("deviceId").unwrap(), kb)).or_default();
        gap.names.extend(of_row("recommendedSecurityUpdate"));
        gap.urls.extend(of_row("recommendedSecurityUpdateUrl"));
        gap.products.extend(of_row("softwareName"));
        let cve = of_row("cveId").filter(|id| id.starts_with("CVE-"));
        gap.cves.extend(cve);
    }
    gaps
}

/// The same according to the calls, with numbers instead of CVEs.
fn according_to_calls(scene: &Scene) -> BTreeMap<(String, String), MissingKb> {
    let machines = scene.simulator.fleet().machines().iter();
    let gaps = machines.flat_map(|machine| {
        let missing = scene.simulator.truth(machine.id).unwrap_or_default();
        let gaps = missing.into_iter().filter(|it| it.cve_addressed > 0);
        gaps.map(|it| ((machine.id.to_string(), it.id.to_string()), it))
    });
    gaps.collect()
}

fn assert_same(scene: &Scene, found: &BTreeMap<(String, String), Gap>) {
    let expected = according_to_calls(scene);
    assert!(found.keys().eq(expected.keys()));
    for (gap, expected) in found.values().zip(expected.values()) {
        let one = |text: &Option<std::sync::Arc<str>>| {
            let text = text.iter().map(ToString::to_string);
            text.collect::<BTreeSet<_>>()
        };
        assert_eq!(gap.names, one(&expected.name));
        assert_eq!(gap.urls, one(&expected.url));
        let products = expected.products.iter().map(ToString::to_string);
        assert_eq!(gap.products, products.collect());
        assert_eq!(gap.cves.len() as u64, expected.cve_addressed);
    }
}

#[tokio::test]
async fn rows_give_the_gaps_of_the_calls() {
    for faults in ["none", "without-cves=0.3,half-installed=0.1,gone=0.1"] {
        let scene = Scene::open(Settings {
            nights: 8,
            machines: 40,
            faults: faults.parse().unwrap(),
            ..Settings::default()
        })
        .await;
        let token = scene.sign_in().await;
        let files = files(&scene, &token).await;
        assert_same(&scene, &grouped(files.iter().flatten()));
        let pages = tables::pages(&scene, &token, &format!("{PAGES}?pageSize=3000")).await;
        assert!(pages.len() > 1);
        assert_same(&scene, &grouped(pages.iter().flatten()));

        // KBs without CVEs are in the answers of calls, but not in rows.
        let machines = scene.simulator.fleet().machines().iter();
        let mut missing = machines.flat_map(|it| it.missing.iter());
        let has_none = missing.any(|it| it.cve_addressed == 0);
        assert_eq!(has_none, faults != "none");
    }
}

#[tokio::test]
async fn pages_and_files_hold_the_same_rows() {
    let scene = Scene::open(Settings {
        machines: 60,
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let pages = tables::pages(&scene, &token, PAGES).await;
    let files = files(&scene, &token).await;
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for row in files.iter().flatten() {
        *ids.entry(text(row, "id").unwrap()).or_default() += 1;
    }
    let in_pages: BTreeSet<&str> = pages
        .iter()
        .flatten()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert!(ids.keys().eq(in_pages.iter()));
    // Only some rows of a few machines are repeated.
    let repeated = ids.values().filter(|&&count| count > 1).count();
    assert!((1..10).contains(&repeated), "{repeated}");

    let null = pages.iter().flatten().find(|row| row["cveId"].is_null());
    assert!(null.is_some_and(|row| row["cvssScore"].is_null()));
    let rows = || files.iter().flatten();
    assert!(rows().all(|row| row.as_object().unwrap().values().all(|it| !it.is_null())));
    assert!(rows().all(|row| row["RbacGroupId"].is_u64() && row["IsOnboarded"].is_boolean()));
    assert!(rows().any(|row| row["CvssScore"].is_f64()));
    // The order of columns is only visible in the text.
    let mut texts = String::new();
    for link in export(&scene, &token).await {
        texts += &tables::text(&scene, &link).await;
    }
    let first_key = |line: &'_ str| line.split('"').nth(1).map(str::to_owned);
    let beginnings: BTreeSet<_> = texts.lines().map(first_key).collect();
    assert_eq!(beginnings.len(), 3, "{beginnings:?}");
}

#[tokio::test]
async fn there_is_more_than_gaps() {
    let scene = Scene::open(Settings {
        machines: 150,
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let files = files(&scene, &token).await;
    let rows = || files.iter().flatten();
    let count = |is: &dyn Fn(&Value) -> bool| rows().filter(|row| is(row)).count();
    let absent = |row: &Value, field| text(row, field).is_none();
    assert!(count(&|row| absent(row, "CveId")) > 1000);
    assert!(count(&|row| text(row, "CveId") == Some("TVM-2020-0002")) > 10);
    let own = |row: &Value| text(row, "CveId") == Some("TVM-0001-00000000");
    assert!(count(&|row| own(row) && !absent(row, "RecommendedSecurityUpdateId")) > 3);
    for (vendor, title) in [
        ("microsoft", "March 2026 Security Updates"),
        ("apple", "126353"),
        ("mozilla", "mfsa2025-56"),
    ] {
        let titled = count(&|row| {
            text(row, "SoftwareVendor") == Some(vendor)
                && text(row, "RecommendedSecurityUpdate") == Some(title)
                && absent(row, "RecommendedSecurityUpdateId")
        });
        assert!(titled > 3, "{vendor}");
    }
    let platforms: BTreeSet<&str> = rows().filter_map(|row| text(row, "OSPlatform")).collect();
    let others = platforms.iter().filter(|it| !it.starts_with("Windows"));
    assert!(others.count() > 1, "{platforms:?}");
    let discovered = |row: &Value| row["IsOnboarded"] == false;
    assert!(count(&discovered) > 1);
    let bare = |row: &Value| absent(row, "DeviceName") && absent(row, "OSPlatform");
    assert_eq!(
        count(&|row| discovered(row) && bare(row)),
        count(&discovered)
    );
    assert!(count(&|row| text(row, "FirstSeenTimestamp") > text(row, "LastSeenTimestamp")) > 100);
    let a_machine = rows().count() / 150;
    assert!(
        (100..700).contains(&a_machine),
        "{a_machine} rows a machine"
    );
}

#[tokio::test]
async fn clean_machines_have_rows_without_a_kb_or_none_at_all() {
    let scene = Scene::open(Settings {
        machines: 80,
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let files = files(&scene, &token).await;
    let here: BTreeSet<&str> = files
        .iter()
        .flatten()
        .filter_map(|row| text(row, "DeviceId"))
        .collect();
    let (mut with_rows, mut without) = (0, 0);
    for machine in scene.simulator.fleet().machines() {
        match (
            machine.missing.is_empty(),
            here.contains(&*machine.id.to_string()),
        ) {
            (true, true) => with_rows += 1,
            (true, false) => without += 1,
            (false, here) => assert!(here),
        }
    }
    assert!(
        with_rows > 10 && (2..20).contains(&without),
        "{with_rows}, {without}"
    );
    // Merged, excluded and silent machines have no rows either.
    for listed in scene.simulator.listed() {
        let reason = listed.skipped_because.map(|reason| reason.to_string());
        let absent = ["merged", "excluded", "silent"];
        if reason.is_some_and(|reason| absent.contains(&&*reason)) {
            assert!(!here.contains(&*listed.id.to_string()), "{listed:?}");
        }
    }
    let all: Vec<BTreeSet<_>> = files
        .iter()
        .map(|rows| {
            rows.iter()
                .filter_map(|row| text(row, "DeviceId"))
                .collect()
        })
        .collect();
    let sum: usize = all.iter().map(BTreeSet::len).sum();
    assert!(sum > here.len(), "some machines are in two files");
}

#[tokio::test]
async fn what_pages_and_exports_refuse() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    for (path, status) in [
        ("SoftwareVulnerabilitiesByMachine?pageSize=200001", 400),
        ("SoftwareVulnerabilitiesByMachine?$skiptoken=7", 400),
        ("SoftwareVulnerabilitiesExport?sasValidHours=6", 200),
        ("SoftwareVulnerabilitiesExport?sasValidHours=7", 400),
    ] {
        let reply = scene.get(&token, &format!("machines/{path}")).await;
        assert_eq!(reply.status(), status, "{path}");
    }
    let body = json(scene.get(&token, &format!("{PAGES}?$top=7")).await).await;
    assert_eq!(body["value"].as_array().unwrap().len(), 7);
    assert!(body.get("@odata.nextLink").is_none());

    let scene = Scene::with_faults("missing-export-role".parse().unwrap()).await;
    let token = scene.sign_in().await;
    for path in [PAGES, EXPORT] {
        let reply = scene.get(&token, path).await;
        assert_eq!(reply.status(), 403, "{path}");
        let body = reply.text().await.unwrap();
        assert!(
            body.contains("API required roles: Vulnerability.Read.All"),
            "{body}"
        );
    }
    assert_eq!(scene.get(&token, "machines").await.status(), 200);
}

#[tokio::test]
async fn both_ways_have_their_documented_quotas() {
    let scene = Scene::open(Settings {
        machines: 2,
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    for (path, calls) in [(format!("{PAGES}?$top=1"), 30), (EXPORT.to_owned(), 5)] {
        for _ in 0..calls {
            assert_eq!(scene.get(&token, &path).await.status(), 200, "{path}");
        }
        assert_eq!(scene.get(&token, &path).await.status(), 429, "{path}");
    }
}

#[tokio::test]
async fn an_export_is_made_every_six_hours() {
    for (now, made) in [
        ("2026-03-10T07:00:00Z", "2026-03-10T06:00:00Z"),
        ("2026-03-10T06:00:00Z", "2026-03-10T06:00:00Z"),
        ("2026-03-10T05:50:00Z", "2026-03-10T00:00:00Z"),
    ] {
        let scene = Scene::at(now.parse().unwrap(), Settings::default()).await;
        let body = json(scene.get(&scene.sign_in().await, EXPORT).await).await;
        assert_eq!(body["generatedTime"], made);
    }
}
