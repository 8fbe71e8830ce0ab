//! Hunting through Graph.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;

/// The product's query, with or without a condition.
fn query(condition: &str) -> String {
    format!(
        "DeviceTvmSoftwareVulnerabilities\n{condition}| summarize \
         CveIds = make_set(iff(isempty(RecommendedSecurityUpdateId), \"\", CveId)), \
         SoftwareNames = make_set(SoftwareName), \
         RecommendedSecurityUpdate = take_any(RecommendedSecurityUpdate), \
         OSVersion = take_any(OSVersion) by DeviceId, RecommendedSecurityUpdateId"
    )
}

async fn scene(nights: u32, faults: &str) -> (Scene, String) {
    let scene = Scene::open(Settings {
        nights,
        machines: 40,
        faults: faults.parse().unwrap(),
        ..Settings::default()
    })
    .await;
    let token = graph_token(&scene).await;
    (scene, token)
}

async fn graph_token(scene: &Scene) -> String {
    let mut form = scene.form();
    form.insert("scope".to_owned(), scene.simulator.graph_scope().to_owned());
    let (status, body) = scene.apply(scene.token_endpoint(), &form).await;
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

async fn post(scene: &Scene, token: &str, body: String) -> Response {
    let url = scene.simulator.api_url();
    let url = url.join("v1.0/security/runHuntingQuery").unwrap();
    let request = scene.client.post(url).bearer_auth(token).body(body);
    request.send().await.unwrap()
}

async fn hunt(scene: &Scene, token: &str, query: &str) -> Response {
    let body = json!({"Query": query, "Timespan": "P1D"});
    post(scene, token, body.to_string()).await
}

async fn results(scene: &Scene, token: &str, query: &str) -> Vec<Value> {
    let reply = hunt(scene, token, query).await;
    assert_eq!(reply.status(), 200);
    json(reply).await["results"].as_array().unwrap().clone()
}

/// The CVEs by machine and KB.
fn gaps(results: &[Value]) -> BTreeMap<(String, String), BTreeSet<String>> {
    let gaps = results.iter().map(|row| {
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let cves = row["CveIds"].as_array().unwrap().iter();
        let cves = cves.map(|cve| cve.as_str().unwrap().to_owned());
        let key = (text("DeviceId"), text("RecommendedSecurityUpdateId"));
        (key, cves.collect())
    });
    let gaps: BTreeMap<_, _> = gaps.collect();
    assert_eq!(gaps.len(), results.len(), "each machine and KB has one row");
    gaps
}

#[tokio::test]
async fn results_give_the_gaps_of_the_calls() {
    let (scene, token) = scene(8, "without-cves=0.2").await;
    let results = results(&scene, &token, &query("")).await;
    let mut gaps = gaps(&results);
    let mut without_kb = BTreeSet::new();
    gaps.retain(|(machine, kb), cves| {
        if kb.is_empty() {
            assert_eq!(*cves, BTreeSet::from([String::new()]));
            without_kb.insert(machine.clone());
        }
        !kb.is_empty()
    });
    for machine in scene.simulator.fleet().machines() {
        let id = machine.id.to_string();
        let mut missing = 0;
        for kb in machine.missing.iter().filter(|it| it.cve_addressed > 0) {
            let cves = gaps.remove(&(id.clone(), kb.id.to_string())).unwrap();
            let cves = cves.iter().filter(|cve| cve.starts_with("CVE-"));
            assert_eq!(cves.count() as u64, kb.cve_addressed);
            missing += 1;
        }
        assert!(missing == 0 || without_kb.contains(&id));
    }
    assert!(gaps.is_empty());
    for row in &results {
        let object = row.as_object().unwrap();
        assert_eq!(object.len(), 8);
        assert_eq!(row["CveIds@odata.type"], "#Collection(String)");
        assert!(object.values().all(|value| !value.is_null()));
    }
    let versions = results.iter().filter(|row| row["OSVersion"] != "").count();
    assert!(versions > results.len() / 2);
}

#[tokio::test]
async fn shards_divide_the_rows() {
    let (scene, token) = scene(0, "none").await;
    let all = gaps(&results(&scene, &token, &query("")).await);
    let mut found = BTreeMap::new();
    for number in 0..4 {
        let condition = format!("| where hash(DeviceId, 4) == {number}\n");
        let part = gaps(&results(&scene, &token, &query(&condition)).await);
        assert!(!part.is_empty());
        for (key, cves) in part {
            assert_eq!(found.insert(key, cves), None);
        }
    }
    assert!(found == all);
}

#[tokio::test]
async fn rows_beyond_the_limit_are_dropped_without_notice() {
    let (whole, token) = scene(0, "none").await;
    let all = results(&whole, &token, &query("")).await;
    let (scene, token) = scene(0, "hunting-rows=50").await;
    let reply = json(hunt(&scene, &token, &query("")).await).await;
    assert_eq!(reply["results"].as_array().unwrap()[..], all[..50]);
    let mut keys = reply.as_object().unwrap().keys();
    assert!(keys.all(|key| ["@odata.context", "results", "schema"].contains(&key.as_str())));
    let columns = reply["schema"].as_array().unwrap().iter();
    let columns: Vec<_> = columns.map(|it| (&it["name"], &it["type"])).collect();
    assert_eq!(columns[0], (&json!("DeviceId"), &json!("String")));
    assert_eq!(columns[2], (&json!("CveIds"), &json!("Object")));
}

#[tokio::test]
async fn tokens_are_good_for_one_service() {
    let (scene, token) = scene(0, "none").await;
    let payload = token.split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload["aud"], "https://graph.microsoft.com");
    assert_eq!(payload["roles"], json!(["ThreatHunting.Read.All"]));

    let defender = scene.sign_in().await;
    let reply = hunt(&scene, &defender, &query("")).await;
    assert_eq!(reply.status(), 401);
    let body = json(reply).await;
    assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");
    assert!(body["error"]["innerError"]["request-id"].is_string());
    let reply = scene.get(&token, "machines").await;
    assert_eq!(reply.status(), 401);
    assert_eq!(json(reply).await["error"]["code"], "Unauthorized");
    for (token, path) in [(defender, "machines"), (token, "")] {
        let reply = if path.is_empty() {
            hunt(&scene, &token, &query("")).await
        } else {
            scene.get(&token, path).await
        };
        assert_eq!(reply.status(), 200);
    }
}

#[tokio::test]
async fn a_missing_role_is_named_by_graph() {
    let (scene, token) = scene(0, "missing-hunting-role").await;
    let reply = hunt(&scene, &token, &query("")).await;
    assert_eq!(reply.status(), 403);
    let body = json(reply).await;
    assert_eq!(body["error"]["code"], "Forbidden");
    let message = body["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("API required roles: ThreatHunting.Read.All"),
        "{message}"
    );
    let defender = scene.sign_in().await;
    assert_eq!(scene.get(&defender, "machines").await.status(), 200);
}

#[tokio::test]
async fn other_queries_are_refused_with_graphs_error() {
    let (scene, token) = scene(0, "none").await;
    for body in [
        json!({"Query": "DeviceInfo | take 5"}).to_string(),
        json!({"Query": format!("{} | take 5", query(""))}).to_string(),
        json!({"Query": query(""), "Timespan": "yesterday"}).to_string(),
        json!({"Timespan": "P1D"}).to_string(),
        "Query".to_owned(),
    ] {
        let reply = post(&scene, &token, body.clone()).await;
        assert_eq!(reply.status(), 400, "{body}");
        let error = json(reply).await;
        assert_eq!(error["error"]["code"], "BadRequest");
        assert!(error["error"]["innerError"]["date"].is_string());
    }
    let url = scene.simulator.api_url();
    let url = url.join("v1.0/security/runHuntingQuery").unwrap();
    let reply = scene.client.get(url).bearer_auth(&token).send().await;
    assert_eq!(reply.unwrap().status(), 404);
}

#[tokio::test]
async fn hunting_has_a_quota_and_faults_of_its_own() {
    let (busy, token) = scene(0, "none").await;
    let nobody = query("| where hash(DeviceId, 1000000) == 999999\n");
    for _ in 0..45 {
        assert_eq!(hunt(&busy, &token, &nobody).await.status(), 200);
    }
    let refused = hunt(&busy, &token, &nobody).await;
    assert_eq!(refused.status(), 429);
    let pause: u64 = header(&refused, "retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&pause));
    let log = busy.simulator.log().only(ApiName::Hunting);
    assert_eq!(log.calls.len(), 46);
    assert_eq!(log.calls[0].query.as_deref(), Some(&*nobody));

    let (faulty, token) = scene(0, "hunting-throttled=0.5").await;
    let mut statuses = BTreeSet::new();
    for _ in 0..12 {
        statuses.insert(hunt(&faulty, &token, &nobody).await.status().as_u16());
    }
    assert_eq!(statuses, BTreeSet::from([200, 429]));
}
