//! The products, and the service's own count.

use std::collections::BTreeMap;

use super::*;
use crate::domain::limits::RateLimits;

/// What the service counts for a product: machines and CVEs by KB.
async fn counted(scene: &Scene, token: &str, id: &str) -> BTreeMap<String, [u64; 2]> {
    let reply = scene
        .get(token, &format!("Software/{id}/getmissingkbs"))
        .await;
    assert_eq!(reply.status(), 200, "{id}");
    let body = json(reply).await;
    let name = id.split_once("-_-").unwrap().1;
    let value = body["value"].as_array().unwrap().iter();
    let rows = value.map(|it| {
        assert_eq!(it["productsNames"], serde_json::json!([name]));
        let figure = |field: &str| it[field].as_u64().unwrap();
        let figures = [figure("machineMissedOn"), figure("cveAddressed")];
        (it["id"].as_str().unwrap().to_owned(), figures)
    });
    rows.collect()
}

#[tokio::test]
async fn the_census_counts_the_machines_that_are_told_so() {
    let scene = Scene::open(Settings {
        faults: "gone=0.1".parse().unwrap(),
        limits: RateLimits::default(),
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let mut expected: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let fleet = scene.simulator.fleet().machines().iter();
    for gap in fleet
        .filter_map(|it| scene.simulator.truth(it.id))
        .flatten()
    {
        for product in &gap.products {
            let kbs = expected.entry(product.to_string()).or_default();
            *kbs.entry(gap.id.to_string()).or_default() += 1;
        }
    }
    for product in scene.simulator.software() {
        let found = counted(&scene, &token, &product.id()).await;
        let cves = product.missing.iter();
        let cves = cves.map(|gap| (gap.kb.to_string(), [gap.machines, gap.cve_addressed]));
        assert_eq!(found, cves.collect());
        let machines: BTreeMap<_, _> = found.into_iter().map(|(kb, it)| (kb, it[0])).collect();
        let expected = expected.remove(&*product.name).unwrap_or_default();
        assert_eq!(machines, expected, "{}", product.name);
    }
    assert!(expected.is_empty(), "{expected:?}");
}

#[tokio::test]
async fn the_products_are_listed_with_the_machines_exposed() {
    let scene = Scene::open(Settings::default()).await;
    let body = json(scene.get(&scene.sign_in().await, "Software").await).await;
    assert!(body.get("@odata.nextLink").is_none());
    let products = body["value"].as_array().unwrap();
    assert_eq!(products.len(), scene.simulator.software().len());
    let find = |id: &str| products.iter().find(|it| it["id"] == id).unwrap();
    let windows = find("microsoft-_-windows_11");
    assert_eq!(
        (&windows["vendor"], &windows["name"]),
        (&"microsoft".into(), &"windows_11".into())
    );
    assert!(windows["exposedMachines"].as_u64().unwrap() > 20);
    assert_eq!(find("microsoft-_-teams")["exposedMachines"], 0);
    assert_eq!(find("google-_-chrome")["vendor"], "google");
}

#[tokio::test]
async fn pages_of_products_and_what_is_refused() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    let body = json(scene.get(&token, "Software?$top=2&$skip=1").await).await;
    assert_eq!(body["value"].as_array().unwrap().len(), 2);
    for (path, status, code) in [
        (
            "Software/microsoft-_-nothing/getmissingkbs",
            404,
            "ResourceNotFound",
        ),
        ("Software?$top=10001", 400, "ODataError"),
        ("Software?$filter=x", 400, "ODataError"),
        ("Software/", 404, "NotFound"),
    ] {
        let reply = scene.get(&token, path).await;
        assert_eq!(reply.status(), status, "{path}");
        assert_eq!(json(reply).await["error"]["code"], code, "{path}");
    }
}

#[tokio::test]
async fn products_and_census_have_quotas_of_their_own() {
    let scene = Scene::open(Settings {
        machines: 2,
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let products = "Software?$top=1";
    for _ in 0..100 {
        assert_eq!(scene.get(&token, products).await.status(), 200);
    }
    let census = "Software/microsoft-_-edge/getmissingkbs";
    for (path, status) in [(products, 429), (census, 200), ("machines?$top=1", 200)] {
        assert_eq!(scene.get(&token, path).await.status(), status, "{path}");
    }
    let log = scene.simulator.log();
    assert_eq!(log.clone().only(ApiName::Software).over_quota(), 1);
    assert_eq!(log.only(ApiName::Census).calls.len(), 1);
}
