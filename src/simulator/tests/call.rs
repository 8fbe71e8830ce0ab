//! Calls without faults, and the service's own refusals.

use super::*;

#[tokio::test]
async fn reply_lists_the_missing_kbs() {
    for api_tls in [false, true] {
        let scene = Scene::open(Settings {
            api_tls,
            ..Settings::default()
        })
        .await;
        let machine = scene.machine();
        let reply = scene.call(&scene.sign_in().await, machine.id).await;
        assert_eq!(reply.status(), 200);
        let http2 = reply.version() == reqwest::Version::HTTP_2;
        assert_eq!(http2, api_tls);

        let body = json(reply).await;
        let value = body["value"].as_array().unwrap();
        assert_eq!(value.len(), machine.missing.len());
        let first = value
            .iter()
            .find(|it| it["id"] == machine.missing[0].id.as_str());
        let expected = &machine.missing[0];
        let products: Vec<&str> = expected.products.iter().map(|it| &**it).collect();
        assert_eq!(
            first.unwrap(),
            &serde_json::json!({
                "id": expected.id.as_str(),
                "name": expected.name.as_deref(),
                "productsNames": products,
                "url": expected.url.as_deref(),
                "machineMissedOn": 1,
                "cveAddressed": expected.cve_addressed,
                "osBuild": machine.os_build.parse::<u64>().unwrap(),
            })
        );
    }
}

#[tokio::test]
async fn every_call_is_logged() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    let machine = scene.machine().id;
    scene.call(&token, machine).await;
    scene.call("no token", machine).await;

    let log = scene.simulator.log();
    let statuses: Vec<_> = log.of(machine).map(|call| call.status).collect();
    assert_eq!(statuses, [Some(200), Some(401)]);
    assert_eq!(log.calls[0].user_agent.as_deref(), Some("tests/1"));
    assert_eq!(log.most_in_flight, 1);
    assert_eq!(scene.simulator.tokens(), [token]);
}

#[tokio::test]
async fn calls_in_flight_are_counted() {
    let fleet = Fleet::generate(1, 2);
    let [slow, quick] = [0, 1].map(|place: usize| fleet.machines()[place].id);
    let scene = Scene::with_faults(Faults {
        forever: HashMap::from([(slow, Fault::Hang)]),
        ..Faults::default()
    })
    .await;
    let token = scene.sign_in().await;
    let both = async {
        while scene.simulator.log().calls.is_empty() {
            tokio::task::yield_now().await;
        }
        scene.call(&token, quick).await
    };
    tokio::select! {
        _ = scene.try_call(&token, slow) => panic!("it hangs"),
        reply = both => assert_eq!(reply.status(), 200),
    }
    assert_eq!(scene.simulator.log().most_in_flight, 2);
}

#[tokio::test]
async fn simulator_stops_when_dropped() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    let url = scene.simulator.api_url().clone();
    assert!(scene.client.get(url.clone()).send().await.is_ok());
    drop(scene.simulator);
    let refused = async {
        while scene
            .client
            .get(url.clone())
            .bearer_auth(&token)
            .send()
            .await
            .is_ok()
        {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(10);
    tokio::time::timeout(patience, refused).await.unwrap();
}

#[tokio::test]
async fn invalid_tokens_are_rejected() {
    let scene = Scene::open(Settings {
        token_lifetime: std::time::Duration::ZERO,
        ..Settings::default()
    })
    .await;
    for token in [scene.sign_in().await, "unknown".to_owned()] {
        let reply = scene.call(&token, scene.machine().id).await;
        assert_eq!(reply.status(), 401);
        assert_eq!(json(reply).await["error"]["code"], "Unauthorized");
    }
}

#[tokio::test]
async fn tenant_faults_refuse_every_call() {
    for (tenant, status, message) in [
        (
            TenantFault::MissingRole,
            403,
            "application roles: Alert.Read.All,Machine.Read.All,Vulnerability.Read.All.",
        ),
        (
            TenantFault::NoLicence,
            401,
            "reason of failure: No Tvm license",
        ),
        (
            TenantFault::InactiveAccount,
            401,
            "Account mode is inactive",
        ),
        (TenantFault::RejectedTokens, 401, "invalid or has expired"),
    ] {
        let scene = Scene::with_faults(Faults {
            tenant: Some(tenant),
            ..Faults::default()
        })
        .await;
        let reply = scene.call(&scene.sign_in().await, scene.machine().id).await;
        assert_eq!(reply.status(), status, "{tenant}");
        let body = json(reply).await;
        let text = body["error"]["message"].as_str().unwrap();
        assert!(text.contains(message), "{text}");
    }
}

#[tokio::test]
async fn unknown_machines_and_paths_are_not_found() {
    let scene = Scene::open(Settings::default()).await;
    let token = scene.sign_in().await;
    let unknown = MachineId::from_bytes([7; 20]);
    let reply = scene.call(&token, unknown).await;
    assert_eq!(reply.status(), 404);
    let body = json(reply).await;
    assert_eq!(body["error"]["code"], "ResourceNotFound");
    let message = format!("Machine {unknown} was not found");
    assert_eq!(body["error"]["message"], message);
    assert_eq!(scene.simulator.truth(unknown), None);

    for (path, status) in [
        ("api/machines/123/getmissingkbs", 400),
        ("api/alerts", 404),
        ("", 404),
    ] {
        let url = scene.simulator.api_url().join(path).unwrap();
        let request = scene.client.get(url).bearer_auth(&token);
        assert_eq!(request.send().await.unwrap().status(), status, "{path}");
    }
}

#[tokio::test]
async fn quota_refuses_the_excess_call() {
    let scene = Scene::open(Settings {
        limits: "2/h,50/day".parse().unwrap(),
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let machine = scene.machine().id;
    for _ in 0..2 {
        assert_eq!(scene.call(&token, machine).await.status(), 200);
    }
    let reply = scene.call(&token, machine).await;
    assert_eq!(reply.status(), 429);
    let seconds: u64 = header(&reply, "retry-after").unwrap().parse().unwrap();
    assert!((3590..=3600).contains(&seconds), "{seconds}");
    assert_eq!(
        json(reply).await["error"]["message"],
        "API calls quota exceeded! maximum allowed 2 per 01:00:00"
    );
    assert_eq!(scene.simulator.log().over_quota(), 1);
}

#[tokio::test]
async fn same_seed_gives_the_same_bytes() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let scene = Scene::open(Settings {
            seed: 5,
            machines: 30,
            faults: "occasional,server-error=0.3,odd-forms".parse().unwrap(),
            ..Settings::default()
        })
        .await;
        let token = scene.sign_in().await;
        let mut bodies = Vec::new();
        for machine in scene.simulator.fleet().machines() {
            bodies.push(scene.call(&token, machine.id).await.text().await.unwrap());
        }
        seen.push((bodies, scene.simulator.inventory_csv()));
    }
    assert_eq!(seen[0], seen[1]);
    let failed = seen[0]
        .0
        .iter()
        .filter(|body| body.contains("InternalServerError"));
    assert!((3..20).contains(&failed.count()));
}

#[tokio::test]
async fn non_loopback_address_is_refused() {
    let settings = Settings {
        address: "0.0.0.0:0".parse().unwrap(),
        ..Settings::default()
    };
    let error = Simulator::start(settings, Timestamp::now())
        .await
        .unwrap_err();
    assert!(matches!(error, SimulatorError::NotLoopback(_)), "{error}");
}

#[tokio::test]
async fn port_in_use_is_named() {
    let first = Simulator::start(Settings::default(), Timestamp::now())
        .await
        .unwrap();
    let address = first.api_url().socket_addrs(|| None).unwrap()[0];
    let settings = Settings {
        address,
        ..Settings::default()
    };
    let error = Simulator::start(settings, Timestamp::now())
        .await
        .unwrap_err();
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(error.hint().unwrap().contains(&address.port().to_string()));
}
