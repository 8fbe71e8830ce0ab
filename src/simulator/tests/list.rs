//! The machine list.

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::domain::skip_reason::SkipReason;

/// The records of one page.
async fn page(scene: &Scene, token: &str, query: &str) -> Vec<Value> {
    let reply = scene.get(token, &format!("machines?{query}")).await;
    assert_eq!(reply.status(), 200, "{query}");
    json(reply).await["value"].as_array().unwrap().clone()
}

fn ids(page: &[Value]) -> Vec<String> {
    let ids = page.iter().map(|it| it["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[tokio::test]
async fn the_list_holds_the_fleet_and_extra_machines_of_every_kind() {
    let scene = Scene::open(Settings {
        machines: 400,
        ..Settings::default()
    })
    .await;
    let machines = page(&scene, &scene.sign_in().await, "$top=10000").await;
    let listed: Vec<ListedMachine> = scene.simulator.listed().collect();
    assert_eq!(machines.len(), 450);
    let truth: Vec<String> = listed.iter().map(|it| it.id.to_string()).collect();
    assert_eq!(ids(&machines), truth);
    assert_eq!(truth.iter().collect::<HashSet<_>>().len(), 450);

    let asked = listed.iter().filter(|it| it.skipped_because.is_none());
    let asked: HashSet<MachineId> = asked.map(|it| it.id).collect();
    let fleet = scene.simulator.fleet().machines();
    assert_eq!(asked, fleet.iter().map(|it| it.id).collect());
    let mut reasons = BTreeMap::new();
    for reason in listed.iter().filter_map(|it| it.skipped_because) {
        *reasons.entry(reason.as_str()).or_insert(0) += 1;
    }
    // There are no filters here, so no machine is filtered out.
    assert_eq!(reasons.len(), SkipReason::ALL.len() - 1, "{reasons:?}");
    assert_eq!(reasons.values().sum::<i32>(), 50);
}

/// Derives the reasons from the JSON, without the tenant's own code.
#[tokio::test]
async fn the_json_shows_why_a_machine_is_not_requested() {
    let scene = Scene::open(Settings {
        machines: 300,
        ..Settings::default()
    })
    .await;
    let machines = page(&scene, &scene.sign_in().await, "$top=10000").await;
    let now = Timestamp::now();
    for (machine, truth) in machines.iter().zip(scene.simulator.listed()) {
        let seen: Timestamp = machine["lastSeen"].as_str().unwrap().parse().unwrap();
        assert_eq!(seen, truth.last_seen);
        let silent = now.duration_since(seen) > jiff::SignedDuration::from_hours(720);
        let windows = machine["osPlatform"]
            .as_str()
            .unwrap()
            .starts_with("Windows");
        let reason = match () {
            () if !machine["mergedIntoMachineId"].is_null() => "merged",
            () if machine["isExcluded"] == true => "excluded",
            () if machine["onboardingStatus"] != "Onboarded" => "notOnboarded",
            () if !windows => "notWindows",
            () if silent => "silent",
            () => "",
        };
        let expected = truth.skipped_because.map_or("", SkipReason::as_str);
        assert_eq!(reason, expected, "{machine}");
    }
}

#[tokio::test]
async fn a_record_has_the_quirks_of_the_real_ones() {
    let scene = Scene::open(Settings {
        machines: 400,
        ..Settings::default()
    })
    .await;
    let machines = page(&scene, &scene.sign_in().await, "$top=10000").await;
    assert!(machines.iter().all(|it| it["osVersion"].is_null()));
    assert!(machines.iter().all(|it| it["rbacGroupId"].is_u64()));
    let decimals = machines.iter().map(|it| {
        let text = it["lastSeen"].as_str().unwrap().trim_end_matches('Z');
        text.split_once('.').map_or(0, |(_, digits)| digits.len())
    });
    assert_eq!(decimals.collect::<HashSet<_>>(), (0..=7).collect());
    for field in [
        "computerDnsName",
        "version",
        "osBuild",
        "rbacGroupName",
        "riskScore",
    ] {
        assert!(machines.iter().any(|it| it[field].is_null()), "{field}");
        assert!(machines.iter().any(|it| !it[field].is_null()), "{field}");
    }
    let member = &scene.simulator.fleet().machines()[0];
    let id = member.id.to_string();
    let record = machines.iter().find(|it| it["id"] == id.as_str()).unwrap();
    assert_eq!(record["computerDnsName"], member.name.as_str());
    assert_eq!(record["version"], member.os_version);
    assert_eq!(record["osPlatform"], member.os_platform);
    assert_eq!(record["rbacGroupName"], member.site);
}

#[tokio::test]
async fn steps_lead_through_the_whole_list_without_a_link() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    let all = ids(&page(&scene, &token, "$top=10000").await);
    let mut stepped = Vec::new();
    for skip in (0..=113).step_by(40) {
        let path = format!("machines?$top=40&$skip={skip}");
        let body = json(scene.get(&token, &path).await).await;
        assert!(body.get("@odata.nextLink").is_none());
        stepped.extend(ids(body["value"].as_array().unwrap()));
    }
    assert_eq!(stepped, all);
    assert_eq!(all.len(), 113);
    assert!(page(&scene, &token, "$top=40&$skip=113").await.is_empty());
}

#[tokio::test]
async fn the_link_loses_the_filter_and_never_ends() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    let mut path = "machines?$filter=onboardingStatus+eq+'CanBeOnboarded'".to_owned();
    let mut sizes = Vec::new();
    for _ in 0..5 {
        let body = json(scene.get(&token, &path).await).await;
        sizes.push(body["value"].as_array().unwrap().len());
        let next = body["@odata.nextLink"].as_str().unwrap();
        let (_, rest) = next.split_once("/api/").unwrap();
        path = rest.to_owned();
    }
    assert!((1..5).contains(&sizes[0]), "{sizes:?}");
    assert_eq!(sizes[1..], [0, 113, 113, 113]);
}

#[tokio::test]
async fn a_filter_chooses_and_a_bad_one_is_refused() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    let onboarded = page(&scene, &token, "$filter=onboardingStatus+eq+'Onboarded'").await;
    assert!((100..113).contains(&onboarded.len()));

    for (query, status, code) in [
        (
            "$filter=osPlatform+eq+'OS/2'&$top=5",
            404,
            "ResourceNotFound",
        ),
        ("$filter=isExcluded+eq+false", 400, "ODataError"),
        ("$top=10001", 400, "ODataError"),
        ("$skip=x", 400, "ODataError"),
        ("$orderby=id", 400, "ODataError"),
    ] {
        let reply = scene.get(&token, &format!("machines?{query}")).await;
        assert_eq!(reply.status(), status, "{query}");
        assert_eq!(json(reply).await["error"]["code"], code, "{query}");
    }
}

#[tokio::test]
async fn an_empty_tenant_has_no_list() {
    let scene = Scene::open(Settings {
        machines: 0,
        ..Settings::default()
    })
    .await;
    let reply = scene.get(&scene.sign_in().await, "machines?$top=10").await;
    assert_eq!(reply.status(), 404);
}

#[tokio::test]
async fn it_takes_a_role_of_its_own() {
    let scene = Scene::with_faults("missing-list-role".parse().unwrap()).await;
    let token = scene.sign_in().await;
    assert_eq!(scene.call(&token, scene.machine().id).await.status(), 200);
    let reply = scene.get(&token, "machines?$top=10").await;
    assert_eq!(reply.status(), 403);
    assert_eq!(
        json(reply).await["error"]["message"],
        "Missing application roles. API required roles: Machine.Read.All, \
         application roles: Alert.Read.All,Software.Read.All,Vulnerability.Read.All."
    );
}

#[tokio::test]
async fn it_has_a_quota_of_its_own() {
    let scene = Scene::open(Settings {
        limits: "1/h".parse().unwrap(),
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let machine = scene.machine().id;
    for _ in 0..2 {
        let reply = scene.get(&token, "machines?$top=1").await;
        assert_eq!(reply.status(), 200);
    }
    assert_eq!(scene.call(&token, machine).await.status(), 200);
    assert_eq!(scene.call(&token, machine).await.status(), 429);
    let log = scene.simulator.log();
    assert_eq!(log.clone().only(ApiName::Machines).calls.len(), 2);
    assert_eq!(log.only(ApiName::MissingKbs).over_quota(), 1);
}

#[test]
fn other_apis_have_the_usual_quota_unless_all_are_switched_off() {
    let settings = |limits: &str| Settings {
        limits: limits.parse().unwrap(),
        ..Settings::default()
    };
    let usual = "100/min,1500/h".parse().unwrap();
    assert_eq!(settings("5/s").limits_of(ApiName::Machines), usual);
    assert!(settings("none").limits_of(ApiName::Machines).0.is_empty());
}
