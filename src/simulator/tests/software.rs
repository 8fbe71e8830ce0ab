//! The software inventory, in pages and in files.

use std::collections::{BTreeMap, BTreeSet};

use super::{tables::download, *};

/// The row with the keys of a page, and with null for absent fields.
pub(super) fn normal(row: &Value) -> Value {
    let keys = [
        "deviceId",
        "deviceName",
        "diskPaths",
        "endOfSupportDate",
        "endOfSupportStatus",
        "numberOfWeaknesses",
        "osPlatform",
        "rbacGroupName",
        "registryPaths",
        "softwareFirstSeenTimestamp",
        "softwareName",
        "softwareVendor",
        "softwareVersion",
    ];
    let row = row.as_object().unwrap();
    assert!(row.len() <= keys.len(), "{row:?}");
    let value = |key: &str| {
        let in_any_case = || row.iter().find(|it| it.0.eq_ignore_ascii_case(key));
        let value = row.get(key).or_else(|| Some(in_any_case()?.1));
        value.cloned().unwrap_or_default()
    };
    let empty = |value: Value| {
        if value == Value::Array(vec![]) {
            Value::Null
        } else {
            value
        }
    };
    keys.iter()
        .map(|key| ((*key).to_owned(), empty(value(key))))
        .collect()
}

/// Every page, from this query on.
pub(super) async fn pages(scene: &Scene, token: &str, query: &str) -> Vec<Vec<Value>> {
    let path = format!("machines/SoftwareInventoryByMachine?{query}");
    tables::pages(scene, token, &path).await
}

pub(super) async fn export(scene: &Scene, token: &str) -> Vec<String> {
    let path = "machines/SoftwareInventoryExport?sasValidHours=1";
    tables::export(scene, token, path).await
}

/// The rows of every file.
pub(super) async fn files(scene: &Scene, token: &str) -> Vec<Vec<Value>> {
    tables::files(scene, &export(scene, token).await).await
}

/// The number of occurrences of each row.
fn counted<'a>(rows: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for row in rows {
        *counted.entry(normal(row).to_string()).or_insert(0) += 1;
    }
    counted
}

#[tokio::test]
async fn pages_and_files_hold_the_same_rows() {
    let scene = Scene::open(Settings {
        machines: 80,
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let pages = pages(&scene, &token, "pageSize=1000").await;
    let files = files(&scene, &token).await;
    let in_pages = counted(pages.iter().flatten());
    let in_files = counted(files.iter().flatten());
    assert!(in_pages.values().all(|&count| count == 1));
    assert!(in_pages.keys().eq(in_files.keys()));
    let repeated = in_files.values().filter(|&&count| count == 2).count();
    assert!((4..12).contains(&repeated), "{repeated}");
    assert!(in_files.values().all(|&count| count <= 2));

    let machines = |rows: &[Value]| -> BTreeSet<String> {
        let ids = rows.iter().map(|row| normal(row)["deviceId"].to_string());
        ids.collect()
    };
    let all: Vec<_> = files.iter().map(|rows| machines(rows)).collect();
    let in_two = all.iter().map(BTreeSet::len).sum::<usize>();
    let distinct: BTreeSet<_> = all.into_iter().flatten().collect();
    assert!(in_two > distinct.len(), "some machines are in two files");

    let (last, full) = pages.split_last().unwrap();
    assert!(full.iter().all(|page| page.len() == 1000));
    assert!(last.len() <= 1000);
    let rows = in_pages.len() / distinct.len();
    assert!((45..70).contains(&rows), "{rows} rows a machine");
}

#[tokio::test]
async fn the_rows_of_a_machine_hold_its_versions() {
    let scene = Scene::open(Settings {
        machines: 300,
        ..Settings::default()
    })
    .await;
    let pages = pages(&scene, &scene.sign_in().await, "").await;
    assert_eq!(pages.len(), 1);
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in &pages[0] {
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let versions = found.entry(text("deviceId")).or_default();
        versions.insert(text("softwareName"), text("softwareVersion"));
    }
    for machine in scene.simulator.fleet().machines() {
        let versions = found.remove(&machine.id.to_string()).unwrap();
        for product in machine.products.iter() {
            assert_eq!(versions[product.product], product.version);
        }
        let windows = &machine.products[0];
        assert!(windows.product.starts_with("windows_"));
        let build = format!(".{}.", machine.os_build);
        assert!(windows.version.contains(&build), "{windows:?}");
    }
    let other_platforms = found.values().flat_map(BTreeMap::keys);
    let other_platforms: BTreeSet<_> = other_platforms.map(String::as_str).collect();
    assert_eq!(other_platforms, BTreeSet::from(["macos", "ubuntu_linux"]));
}

#[tokio::test]
async fn what_pages_and_exports_refuse() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    for (path, status) in [
        ("SoftwareInventoryByMachine?pageSize=200000", 200),
        ("SoftwareInventoryByMachine?pageSize=200001", 400),
        ("SoftwareInventoryByMachine?pageSize=0", 400),
        ("SoftwareInventoryByMachine?$skiptoken=7", 400),
        ("SoftwareInventoryExport", 200),
        ("SoftwareInventoryExport?sasValidHours=6", 200),
        ("SoftwareInventoryExport?sasValidHours=7", 400),
    ] {
        let reply = scene.get(&token, &format!("machines/{path}")).await;
        assert_eq!(reply.status(), status, "{path}");
    }
    let top = scene
        .get(&token, "machines/SoftwareInventoryByMachine?$top=7")
        .await;
    let body = json(top).await;
    assert_eq!(body["value"].as_array().unwrap().len(), 7);
    assert!(body.get("@odata.nextLink").is_none());

    let scene = Scene::with_faults("missing-role".parse().unwrap()).await;
    let token = scene.sign_in().await;
    for path in ["SoftwareInventoryByMachine", "SoftwareInventoryExport"] {
        let reply = scene.get(&token, &format!("machines/{path}")).await;
        assert_eq!(reply.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn both_ways_have_their_documented_quotas() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    for (path, calls) in [
        ("machines/SoftwareInventoryByMachine?$top=1", 30),
        ("machines/SoftwareInventoryExport", 5),
    ] {
        for _ in 0..calls {
            assert_eq!(scene.get(&token, path).await.status(), 200, "{path}");
        }
        assert_eq!(scene.get(&token, path).await.status(), 429, "{path}");
    }
}

#[tokio::test]
async fn an_export_says_when_it_was_made() {
    let scene = Scene::at(morning(), Settings::default()).await;
    let path = "machines/SoftwareInventoryExport";
    let body = json(scene.get(&scene.sign_in().await, path).await).await;
    let generated: Timestamp = body["generatedTime"].as_str().unwrap().parse().unwrap();
    let age = morning().duration_since(generated);
    assert!((7100..=7200).contains(&age.as_secs()), "{age}");
}

#[tokio::test]
async fn files_are_elsewhere_and_must_not_receive_a_token() {
    for api_tls in [false, true] {
        let scene = Scene::open(Settings {
            api_tls,
            ..Settings::default()
        })
        .await;
        let token = scene.sign_in().await;
        let link = export(&scene, &token).await.remove(0);
        let (api, files) = (scene.simulator.api_url(), Url::parse(&link).unwrap());
        assert_eq!(files.scheme(), api.scheme());
        assert_ne!(files.origin(), api.origin());

        let request = scene.client.get(&link).bearer_auth(&token);
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), 400);
        assert!(
            reply
                .text()
                .await
                .unwrap()
                .contains("<Code>InvalidAuthenticationInfo</Code>")
        );
        download(&scene, &link).await;
        let downloads = scene.simulator.log().downloads;
        let seen: Vec<_> = downloads
            .iter()
            .map(|it| (it.authorized, it.status))
            .collect();
        assert_eq!(seen, [(true, Some(400)), (false, Some(200))]);
        assert!(downloads.iter().all(|it| it.path == files.path()));
    }
}

#[tokio::test]
async fn invalid_and_expired_links_are_refused_in_xml() {
    let scene = Scene::open(Settings::default()).await;
    let link = export(&scene, &scene.sign_in().await).await.remove(0);
    let mut unsigned = Url::parse(&link).unwrap();
    unsigned.set_query(None);
    let mut other = Url::parse(&link).unwrap();
    other.set_path("/software-inventory/other.json.gz");
    let later = link.replace("se=2", "se=3");
    for refused in [unsigned.as_str(), other.as_str(), &later] {
        let reply = scene.client.get(refused).send().await.unwrap();
        assert_eq!(reply.status(), 403, "{refused}");
        assert_eq!(header(&reply, "content-type").unwrap(), "application/xml");
        let body = reply.text().await.unwrap();
        assert!(body.contains("<Code>AuthenticationFailed</Code>"), "{body}");
    }
    download(&scene, &link).await;

    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(3602)).await;
    tokio::time::resume();
    let reply = scene.client.get(&link).send().await.unwrap();
    assert_eq!(reply.status(), 403);
    assert!(reply.text().await.unwrap().contains("Expiry ["));
}

#[tokio::test]
async fn a_part_of_a_file_can_be_requested() {
    let scene = Scene::open(Settings::default()).await;
    let link = export(&scene, &scene.sign_in().await).await.remove(0);
    let whole = download(&scene, &link).await;
    let part = async |range: &str| {
        let request = scene.client.get(&link).header("Range", range);
        request.send().await.unwrap()
    };
    let rest = part("bytes=7-").await;
    assert_eq!(rest.status(), 206);
    let range = format!("bytes 7-{}/{}", whole.len() - 1, whole.len());
    assert_eq!(header(&rest, "content-range").unwrap(), range);
    assert_eq!(rest.bytes().await.unwrap(), whole[7..]);
    let beyond = part("bytes=99999999-").await;
    assert_eq!(beyond.status(), 416);
    let ranges = scene
        .simulator
        .log()
        .downloads
        .into_iter()
        .map(|it| it.range);
    let expected = [
        None,
        Some("bytes=7-".to_owned()),
        Some("bytes=99999999-".to_owned()),
    ];
    assert_eq!(ranges.collect::<Vec<_>>(), expected);
}
