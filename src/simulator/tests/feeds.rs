//! The feeds of the simulated tenant agree with each other and with the missing updates of its machines.

use std::collections::BTreeMap;

use super::*;
use crate::risk::{Epss, Feeds, Kev, MsrcReader};

/// A day after all months were released.
fn later() -> Timestamp {
    "2026-11-29T07:00:00Z".parse().unwrap()
}

async fn get(scene: &Scene, url: Url) -> Vec<u8> {
    let reply = scene.client.get(url).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    reply.bytes().await.unwrap().to_vec()
}

/// The ids of the months.
async fn months(scene: &Scene) -> Vec<String> {
    let url = format!("{}/updates", scene.simulator.msrc_url());
    let index = get(scene, url.parse().unwrap()).await;
    let index: Value = serde_json::from_slice(&index).unwrap();
    let months = index["value"].as_array().unwrap().iter();
    months
        .map(|it| it["ID"].as_str().unwrap().to_owned())
        .collect()
}

async fn feeds(scene: &Scene) -> Feeds {
    let kev = get(scene, scene.simulator.kev_url()).await;
    let epss = get(scene, scene.simulator.epss_url()).await;
    let mut reader = MsrcReader::default();
    for month in months(scene).await {
        let url = format!("{}/cvrf/{month}", scene.simulator.msrc_url());
        let month = get(scene, url.parse().unwrap()).await;
        reader.read(&month[..], later()).unwrap();
    }
    let kev = Kev::read(&kev[..], later()).unwrap();
    let epss = Epss::read(&epss[..], later()).unwrap();
    Feeds::new(Some(kev), Some(epss), Some(reader.finish()))
}

#[tokio::test]
async fn feeds_know_every_update_that_machines_miss() {
    let scene = Scene::at(later(), Settings::default()).await;
    let feeds = feeds(&scene).await;
    assert!(feeds.list(later()).iter().all(|feed| !feed.is_old));
    let machines = scene.simulator.fleet().machines().iter();
    let missing = machines.flat_map(|it| it.missing.iter());
    let missing: BTreeMap<_, _> = missing.map(|it| (it.id.as_str(), it)).collect();
    let (mut exploited, mut replaced) = (0, 0);
    for gap in missing.values() {
        let cves = feeds.cves_of(gap).unwrap();
        assert!(cves.len() as u64 >= gap.cve_addressed, "{gap:?}");
        let epss = feeds.epss.as_ref().unwrap();
        assert!(cves.iter().all(|cve| epss.get(*cve).is_some()));
        let risk = feeds.kb_risk(&gap.id, Some(cves));
        assert!(risk.severity.is_some() && risk.restart.is_some());
        exploited += u32::from(risk.known_exploited > Some(0));
        replaced += u32::from(!risk.superseded_by.is_empty());
    }
    let all = u32::try_from(missing.len()).unwrap();
    assert!((1..all).contains(&exploited), "{exploited} of {all}");
    assert!((1..all).contains(&replaced), "{replaced} of {all}");
}

#[tokio::test]
async fn month_that_is_not_released_yet_is_not_there() {
    let now = "2026-02-01T00:00:00Z".parse().unwrap();
    let scene = Scene::at(now, Settings::default()).await;
    let months = months(&scene).await;
    assert_eq!(months.first().unwrap(), "2024-Oct");
    assert_eq!(months.last().unwrap(), "2026-Jan");
    let url = format!("{}/cvrf/2026-Feb", scene.simulator.msrc_url());
    let reply = scene.client.get(url).send().await.unwrap();
    assert_eq!(reply.status(), 404);
}

#[tokio::test]
async fn feed_is_not_sent_again_and_not_for_a_token() {
    let scene = Scene::at(later(), Settings::default()).await;
    let request = || scene.client.get(scene.simulator.kev_url());
    let first = request().send().await.unwrap();
    let etag = header(&first, "etag").unwrap();
    for (known, expected) in [(&*etag, 304), ("\"other\"", 200)] {
        let reply = request().header("if-none-match", known).send().await;
        assert_eq!(reply.unwrap().status(), expected, "{known}");
    }
    let reply = request().bearer_auth("token").send().await.unwrap();
    assert_eq!(reply.status(), 400);
    let log = scene.simulator.log().feeds;
    assert_eq!(log.iter().filter(|it| it.authorized).count(), 1);
    assert_eq!(log.iter().filter(|it| it.conditional).count(), 2);
}
