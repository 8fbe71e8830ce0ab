//! The faults of the software inventory, over HTTP.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use flate2::read::GzDecoder;

use super::{
    software::{export, files, normal, pages},
    tables::{download, text},
    *,
};

const EXPORT: &str = "machines/SoftwareInventoryExport";
const PAGES: &str = "machines/SoftwareInventoryByMachine";

async fn scene(faults: &str) -> (Scene, String) {
    let settings = Settings {
        faults: faults.parse().unwrap(),
        ..Settings::default()
    };
    let scene = Scene::at(morning(), settings).await;
    let token = scene.sign_in().await;
    (scene, token)
}

/// The row without the time that counts from the tenant's start.
fn timeless(row: &Value) -> String {
    let mut row = normal(row);
    row["softwareFirstSeenTimestamp"] = Value::Null;
    row.to_string()
}

/// The distinct rows.
fn distinct(rows: &[Vec<Value>]) -> BTreeSet<String> {
    rows.iter().flatten().map(timeless).collect()
}

#[tokio::test]
async fn calls_can_fail() {
    for (fault, status, text) in [
        ("software-throttled", 429, "TooManyRequests"),
        ("software-server-error", 500, "InternalServerError"),
        ("software-no-value", 200, "\"status\""),
        ("software-not-json", 200, "<html>"),
    ] {
        let (scene, token) = scene(&format!("{fault}=1")).await;
        for path in [EXPORT, PAGES] {
            let reply = scene.get(&token, path).await;
            assert_eq!(reply.status(), status, "{fault}");
            let body = reply.text().await.unwrap();
            assert!(body.contains(text), "{fault}: {body}");
            assert!(!body.contains("exportFiles") && !body.contains("\"value\""));
        }
    }
}

#[tokio::test]
async fn downloads_can_fail() {
    for (fault, status) in [
        ("software-file-empty", 200),
        ("software-file-not-gzip", 200),
        ("software-file-redirect", 302),
        ("software-file-unavailable", 503),
    ] {
        let (scene, token) = scene(&format!("{fault}=1")).await;
        let link = export(&scene, &token).await.remove(0);
        let reply = scene.client.get(&link).send().await.unwrap();
        assert_eq!(reply.status(), status, "{fault}");
        if let Some(location) = header(&reply, "location") {
            assert!(
                location.starts_with("https://elsewhere.invalid/"),
                "{location}"
            );
        }
        let bytes = reply.bytes().await.unwrap();
        assert!(
            GzDecoder::new(&bytes[..])
                .read(&mut [0])
                .map_or(true, |read| read == 0)
        );
        let log = scene.simulator.log().downloads;
        assert_eq!(
            log[0].fault.map(FileFault::as_str),
            fault.strip_prefix("software-")
        );
    }
}

#[tokio::test]
async fn half_a_file_can_look_whole_or_broken() {
    let (whole, token) = scene("none").await;
    let link = export(&whole, &token).await.remove(0);
    let whole = download(&whole, &link).await;

    let (cut, token) = scene("software-file-cut=1").await;
    let half = download(&cut, &export(&cut, &token).await.remove(0)).await;
    assert_eq!(half, whole[..whole.len() / 2]);
    let error = GzDecoder::new(&half[..]).read_to_end(&mut Vec::new());
    assert_eq!(error.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);

    let (broken, token) = scene("software-file-broken=1").await;
    let link = export(&broken, &token).await.remove(0);
    let reply = broken.client.get(&link).send().await.unwrap();
    assert_eq!(reply.content_length(), Some(whole.len() as u64));
    assert!(reply.bytes().await.is_err());
}

#[tokio::test]
async fn a_bomb_is_small_and_has_no_end() {
    let (scene, token) = scene("software-file-bomb=1").await;
    let link = export(&scene, &token).await.remove(0);
    let bytes = scene
        .client
        .get(&link)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(bytes.len() < 16 << 20, "{}", bytes.len());
    // More than one block, in one stream.
    let mut text = Vec::new();
    let mut content = GzDecoder::new(&bytes[..]).take(40 << 20);
    assert_eq!(content.read_to_end(&mut text).unwrap(), 40 << 20);
    let mut lines = text.split(|&byte| byte == b'\n').rev().skip(1);
    let last: Value = serde_json::from_slice(lines.next().unwrap()).unwrap();
    assert_eq!(last["SoftwareName"], "teams");
}

#[tokio::test]
async fn a_failed_download_can_be_repeated() {
    let (scene, token) = scene("software-file-unavailable=0.5").await;
    for link in export(&scene, &token).await {
        while scene.client.get(&link).send().await.unwrap().status() != 200 {}
    }
    let downloads = scene.simulator.log().downloads;
    let failed = downloads.iter().filter(|it| it.fault.is_some()).count();
    assert!((1..30).contains(&failed), "{failed}");
}

#[tokio::test]
async fn links_can_have_expired_and_those_of_a_new_export_work() {
    let (scene, token) = scene("software-links-expired").await;
    for (round, status) in [(1, 403), (2, 200)] {
        let links = export(&scene, &token).await;
        for link in links {
            let reply = scene.client.get(&link).send().await.unwrap();
            assert_eq!(reply.status(), status, "round {round}");
        }
    }
}

#[tokio::test]
async fn one_link_can_lead_into_a_private_network() {
    let (usual, token) = scene("none").await;
    let usual = export(&usual, &token).await.len();
    let (scene, token) = scene("software-link-private").await;
    let links = export(&scene, &token).await;
    assert_eq!(links.len(), usual + 1);
    let private = links.iter().filter(|it| it.starts_with("http://10."));
    assert_eq!(private.count(), 1);
}

#[tokio::test]
async fn an_export_can_be_refused_while_pages_are_not() {
    let (scene, token) = scene("software-no-export").await;
    let reply = scene.get(&token, EXPORT).await;
    assert_eq!(reply.status(), 403);
    assert_eq!(json(reply).await["error"]["code"], "Forbidden");
    assert!(!pages(&scene, &token, "").await[0].is_empty());
}

#[tokio::test]
async fn an_export_of_yesterday_holds_the_versions_of_yesterday() {
    let at = async |nights, faults: &str| {
        let scene = Scene::open(Settings {
            nights,
            machines: 100,
            faults: faults.parse().unwrap(),
            ..Settings::default()
        })
        .await;
        let token = scene.sign_in().await;
        let body = json(scene.get(&token, EXPORT).await).await;
        let generated: Timestamp = body["generatedTime"].as_str().unwrap().parse().unwrap();
        let hours = Timestamp::now().duration_since(generated).as_hours();
        let versions: BTreeSet<String> = files(&scene, &token)
            .await
            .iter()
            .flatten()
            .map(|row| {
                let row = normal(row);
                format!(
                    "{} {} {}",
                    row["deviceId"], row["softwareName"], row["softwareVersion"]
                )
            })
            .collect();
        (hours, versions)
    };
    let (hours, old) = at(7, "software-export-old").await;
    assert!(hours >= 25, "{hours}");
    assert!(old == at(6, "none").await.1);
    assert!(old != at(7, "none").await.1);
}

#[tokio::test]
async fn keys_can_be_in_any_case() {
    let (usual, token) = scene("none").await;
    let expected = distinct(&files(&usual, &token).await);
    let (scene, token) = scene("software-other-case").await;
    for rows in [files(&scene, &token).await, pages(&scene, &token, "").await] {
        let first = rows.iter().flatten().next().unwrap();
        assert!(first.get("DEVICEID").is_some() && first.get("devicename").is_some());
        assert!(distinct(&rows) == expected);
    }
}

#[tokio::test]
async fn bad_rows_and_bad_ids_are_additional() {
    let (usual, token) = scene("none").await;
    let expected = distinct(&files(&usual, &token).await);
    let (scene, token) = scene("software-bad-rows=0.02,software-bad-ids=0.02").await;
    let (mut bad_rows, mut bad_ids, mut good) = (0, 0, BTreeSet::new());
    for link in export(&scene, &token).await {
        for line in text(&scene, &link).await.lines() {
            let Ok(row) = serde_json::from_str::<Value>(line) else {
                bad_rows += 1;
                continue;
            };
            let row = normal(&row);
            if row["deviceId"]
                .as_str()
                .unwrap()
                .parse::<MachineId>()
                .is_err()
            {
                bad_ids += 1;
            } else {
                good.insert(timeless(&row));
            }
        }
    }
    let usual = expected.len() / 50;
    for bad in [bad_rows, bad_ids] {
        assert!(
            (usual / 2..usual * 2).contains(&bad),
            "{bad} of {}",
            expected.len()
        );
    }
    assert!(good == expected);
}

#[tokio::test]
async fn machines_can_be_absent() {
    let (scene, token) = scene("software-absent=0.2").await;
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for row in pages(&scene, &token, "").await.iter().flatten() {
        let id = row["deviceId"].as_str().unwrap();
        *rows.entry(id.to_owned()).or_default() += 1;
    }
    let machines = scene.simulator.fleet().machines().iter();
    let absent = machines.filter(|it| !rows.contains_key(&it.id.to_string()));
    let absent = absent.count();
    assert!((8..35).contains(&absent), "{absent}");
}

#[tokio::test]
async fn half_installed_machines_are_known_to_the_test_alone() {
    let (usual, _) = scene("none").await;
    let (scene, token) = scene("half-installed=0.2").await;
    let regular = |machine: &SimulatedMachine| usual.simulator.fleet().get(machine.id).unwrap();
    let machines = scene.simulator.fleet().machines().iter();
    let exceptions = machines.filter(|it| it.missing != regular(it).missing);
    let exceptions: Vec<_> = exceptions.collect();
    assert!((8..35).contains(&exceptions.len()), "{}", exceptions.len());
    for machine in exceptions {
        let body = json(scene.call(&token, machine.id).await).await;
        let told = body["value"].as_array().unwrap().len();
        assert_eq!(told, machine.missing.len());
        let regular = regular(machine);
        assert_eq!(regular.products, machine.products);
        assert_eq!(regular.missing.len().abs_diff(told), 1);
    }
}
