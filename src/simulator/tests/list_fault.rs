//! Faults of the machine list and the census.

use super::*;

/// A tenant with these faults of the list, and a token for it.
async fn listing(list: ListFaults) -> (Scene, String) {
    let scene = Scene::with_faults(Faults {
        list,
        ..Faults::default()
    })
    .await;
    let token = scene.sign_in().await;
    (scene, token)
}

/// A tenant whose first calls of the list have these faults.
async fn scripted(script: &[ListFault]) -> (Scene, String) {
    listing(ListFaults {
        script: script.to_vec(),
        ..ListFaults::default()
    })
    .await
}

/// The ids of a page of ten, after this many records.
async fn ten_after(scene: &Scene, token: &str, skip: usize) -> Vec<String> {
    let path = format!("machines?$top=10&$skip={skip}");
    let body = json(scene.get(token, &path).await).await;
    let page = body["value"].as_array().unwrap().iter();
    page.map(|it| it["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn some_replies_are_no_pages() {
    for (fault, status, text) in [
        (ListFault::Throttled, 429, "\"TooManyRequests\""),
        (ListFault::ServerError, 500, "\"InternalServerError\""),
        (ListFault::NoValue, 200, "\"status\""),
        (ListFault::NotJson, 200, "<html>"),
    ] {
        let (scene, token) = scripted(&[fault]).await;
        let reply = scene.get(&token, "machines?$top=10").await;
        assert_eq!(reply.status(), status, "{fault}");
        let body = reply.text().await.unwrap();
        assert!(body.contains(text), "{fault}: {body}");
        assert_eq!(ten_after(&scene, &token, 0).await.len(), 10, "{fault}");
        assert_eq!(scene.call(&token, scene.machine().id).await.status(), 200);
    }
}

#[tokio::test]
async fn a_page_is_short_or_the_one_before() {
    use ListFault::{RepeatedPage, ShortPage};

    let (scene, token) = scripted(&[ShortPage, RepeatedPage]).await;
    let short = ten_after(&scene, &token, 10).await;
    let repeated = ten_after(&scene, &token, 10).await;
    let [first, second] = [
        ten_after(&scene, &token, 0).await,
        ten_after(&scene, &token, 10).await,
    ];
    assert_eq!(short, second[..5]);
    assert_eq!(repeated, first);
}

#[tokio::test]
async fn a_list_that_moves_holds_the_same_machines_in_another_order() {
    let (scene, token) = scripted(&[ListFault::Moves; 2]).await;
    let mut lists = Vec::new();
    for _ in 0..3 {
        let body = json(scene.get(&token, "machines?$top=10000").await).await;
        let page = body["value"].as_array().unwrap().iter();
        let ids = page.map(|it| it["id"].as_str().unwrap().to_owned());
        lists.push(ids.collect::<Vec<_>>());
    }
    let before = scene.simulator.listed().map(|it| it.id.to_string());
    let before: Vec<String> = before.collect();
    assert_eq!(
        lists[0][..106],
        before[7..],
        "the first move is a small one"
    );
    assert_ne!(lists[1], lists[0]);
    assert_eq!(lists[2], lists[1]);
    for list in &mut lists {
        list.sort();
    }
    assert_eq!(lists[0], lists[1]);
}

#[tokio::test]
async fn a_share_of_the_calls_goes_wrong() {
    let faults: Faults = "list-server-error,census-server-error".parse().unwrap();
    let scene = Scene::with_faults(faults).await;
    let token = scene.sign_in().await;
    for path in [
        "machines?$top=10",
        "Software/microsoft-_-edge/getmissingkbs",
    ] {
        let mut failed = 0;
        for _ in 0..20 {
            failed += usize::from(scene.get(&token, path).await.status() == 500);
        }
        assert!((4..17).contains(&failed), "{path}: {failed}");
    }
}

#[tokio::test]
async fn odd_records_are_in_the_truth_and_the_fleet_stays() {
    let faults = ListFaults {
        odd_forms: ListOddForm::ALL.to_vec(),
        ..ListFaults::default()
    };
    let (scene, token) = listing(faults).await;
    let reply = scene.get(&token, "machines?$top=10000").await;
    let body = json(reply).await;
    let page = body["value"].as_array().unwrap();
    let listed: Vec<ListedMachine> = scene.simulator.listed().collect();
    assert_eq!(page.len(), 100 + 13 + 5 + 5);
    for (record, truth) in page.iter().zip(&listed) {
        let id = truth.bad_id.clone();
        let id = id.unwrap_or_else(|| truth.id.to_string().into());
        assert_eq!(record["id"], id);
        assert_eq!(record["computerDnsName"].as_str(), truth.name.as_deref());
    }
    let asked = listed
        .iter()
        .filter(|it| it.skipped_because.is_none() && it.bad_id.is_none());
    let asked: std::collections::HashSet<_> = asked.map(|it| it.id).collect();
    let fleet = scene.simulator.fleet().machines().iter();
    assert_eq!(asked, fleet.map(|it| it.id).collect());

    let tags = |it: &Value| it["machineTags"].to_string().len();
    assert!(page.iter().any(|it| tags(it) > 40_000));
    assert!(page.iter().any(|it| it["id"].is_null()));
    assert!(page.iter().any(|it| it["rbacGroupId"].is_string()));
    assert!(page.iter().any(|it| it["rbacGroupId"].is_u64()));
    let script = |it: &Value| it.to_string().contains("<script>");
    assert!(page.iter().any(script));
}

#[tokio::test]
async fn the_role_for_the_list_alone_can_be_missing() {
    let scene = Scene::with_faults("missing-list-role".parse().unwrap()).await;
    let token = scene.sign_in().await;
    assert_eq!(scene.get(&token, "machines?$top=1").await.status(), 403);
    assert_eq!(scene.get(&token, "Software").await.status(), 200);
    assert_eq!(scene.call(&token, scene.machine().id).await.status(), 200);
}

#[tokio::test]
async fn some_replies_are_no_census() {
    for (fault, status, text) in [
        ("census-throttled=1", 429, "\"TooManyRequests\""),
        ("census-no-value=1", 200, "\"status\""),
        ("census-not-json=1", 200, "<html>"),
    ] {
        let scene = Scene::with_faults(fault.parse().unwrap()).await;
        let token = scene.sign_in().await;
        for path in ["Software", "Software/microsoft-_-edge/getmissingkbs"] {
            let reply = scene.get(&token, path).await;
            assert_eq!(reply.status(), status, "{fault}");
            let body = reply.text().await.unwrap();
            assert!(body.contains(text), "{fault}: {body}");
        }
        assert_eq!(scene.get(&token, "machines?$top=1").await.status(), 200);
    }
}

#[tokio::test]
async fn a_census_differs_by_a_known_number() {
    let plain = Scene::open(Settings::default()).await;
    let differs = Scene::with_faults("census-differs".parse().unwrap()).await;
    let (mut same, mut more) = (0, 0);
    let products = plain.simulator.software().iter();
    for (product, other) in products.zip(differs.simulator.software()) {
        for (gap, counted) in product.missing.iter().zip(&other.missing) {
            match counted.machines - gap.machines {
                0 => same += 1,
                excess => {
                    assert_eq!(excess, CENSUS_EXCESS);
                    more += 1;
                }
            }
        }
    }
    assert!(same > 5 && more > 5, "{same} {more}");
}
