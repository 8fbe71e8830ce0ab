//! The form of each fault, and the data that odd forms preserve.

use super::*;

/// A tenant with a fault for the first call of a machine, and a token.
async fn apply_fault(fault: Fault, faults: Faults) -> (Scene, MachineId, String) {
    let fleet = Fleet::generate(1, 100);
    let machines = fleet.machines().iter();
    let machine = machines.filter(|it| it.missing.len() >= 5).map(|it| it.id);
    let machine = machine.min().unwrap();
    let scene = Scene::with_faults(Faults {
        script: HashMap::from([(machine, vec![fault])]),
        ..faults
    })
    .await;
    let token = scene.sign_in().await;
    (scene, machine, token)
}

#[tokio::test]
async fn reply_faults_have_the_expected_form() {
    for (fault, status, text) in [
        (Fault::NotFound, 404, "\"ResourceNotFound\""),
        (Fault::BadRequest, 400, "\"InvalidInput\""),
        (Fault::ServerError, 500, "\"InternalServerError\""),
        (Fault::BadGateway, 502, "<html>"),
        (Fault::Unavailable, 503, "<html>"),
        (Fault::GatewayTimeout, 504, "<html>"),
        (Fault::Throttled, 429, "\"TooManyRequests\""),
        (Fault::ThrottledNumber, 429, "\"429\""),
        (Fault::Html, 200, "<html>"),
        (Fault::NoValue, 200, "\"status\""),
        (Fault::HalfJson, 200, "@odata.context"),
        (Fault::Empty, 200, ""),
        (Fault::Forbidden, 403, "\"Forbidden\""),
        (Fault::Unlicensed, 401, "No Tvm license"),
        (Fault::ProxySignIn, 407, "<html>"),
        (Fault::SignInPage, 401, "<html>"),
        (Fault::ForbiddenPage, 403, "<html>"),
        (Fault::NotFoundPage, 404, "<html>"),
        (Fault::NotFoundJson, 404, "\"statusCode\""),
    ] {
        let (scene, machine, token) = apply_fault(fault, Faults::default()).await;
        let reply = scene.call(&token, machine).await;
        assert_eq!(reply.status(), status, "{fault}");
        let body = reply.text().await.unwrap();
        assert!(body.contains(text), "{fault}: {body}");
        let parsed: Result<Value, _> = serde_json::from_str(&body);
        let answer = parsed.is_ok_and(|body| body["value"].is_array());
        assert!(!answer, "{fault} is no answer");

        let reply = scene.call(&token, machine).await;
        assert_eq!(reply.status(), 200, "after {fault}");
        assert!(json(reply).await["value"].is_array());
        let log = scene.simulator.log();
        let found: Vec<_> = log
            .of(machine)
            .map(|call| (call.fault, call.status))
            .collect();
        assert_eq!(found, [(Some(fault), Some(status)), (None, Some(200))]);
    }
}

#[tokio::test]
async fn throttling_uses_every_retry_after_form() {
    for (fault, expected) in [
        (Fault::Throttled, Some("seconds")),
        (Fault::ThrottledDate, Some("date")),
        (Fault::ThrottledSilent, None),
        (Fault::ThrottledNumber, None),
    ] {
        let (scene, machine, token) = apply_fault(fault, Faults::default()).await;
        let reply = scene.call(&token, machine).await;
        let value = header(&reply, "retry-after");
        let kind = value.map(|value| match httpdate::parse_http_date(&value) {
            Ok(_) => "date",
            Err(_) if value == "1" => "seconds",
            Err(_) => "neither",
        });
        assert_eq!(kind, expected, "{fault}");
    }
}

#[tokio::test]
async fn connection_faults_break_the_connection() {
    let faults = || Faults {
        hang: std::time::Duration::from_millis(1),
        ..Faults::default()
    };
    for fault in [Fault::Reset, Fault::Hang] {
        let (scene, machine, token) = apply_fault(fault, faults()).await;
        let error = scene.try_call(&token, machine).await.unwrap_err();
        assert!(error.is_request(), "{fault}: {error:?}");
        assert_eq!(scene.simulator.log().calls[0].status, None);
        assert_eq!(scene.call(&token, machine).await.status(), 200);
    }
}

#[tokio::test]
async fn truncated_body_is_half_of_the_declared_length() {
    let (scene, machine, token) = apply_fault(Fault::Truncated, Faults::default()).await;
    let mut reply = scene.call(&token, machine).await;
    assert_eq!(reply.status(), 200);
    let declared = reply.content_length().unwrap();
    let mut received = 0;
    let error = loop {
        match reply.chunk().await {
            Ok(chunk) => received += chunk.expect("the end must not look like one").len() as u64,
            Err(error) => break error,
        }
    };
    assert_eq!(received, declared / 2);
    assert!(error.is_body() || error.is_decode(), "{error:?}");
}

#[tokio::test]
async fn reset_is_a_tcp_reset() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let (scene, machine, token) = apply_fault(Fault::Reset, Faults::default()).await;
    let address = scene.simulator.api_url().socket_addrs(|| None).unwrap()[0];
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /api/machines/{machine}/getmissingkbs HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn broken_http_2_stream_does_not_affect_others() {
    let fleet = Fleet::generate(1, 3);
    let [reset, cut, well] = [0, 1, 2].map(|place: usize| fleet.machines()[place].id);
    let scene = Scene::open(Settings {
        api_tls: true,
        faults: Faults {
            forever: HashMap::from([(reset, Fault::Reset), (cut, Fault::Truncated)]),
            ..Faults::default()
        },
        ..Settings::default()
    })
    .await;
    let token = scene.sign_in().await;
    let (reset, cut, well) = tokio::join!(
        scene.try_call(&token, reset),
        scene.call(&token, cut),
        scene.call(&token, well)
    );
    assert!(reset.is_err());
    assert!(cut.bytes().await.is_err());
    assert!(json(well).await["value"].is_array());
}

#[tokio::test]
async fn expired_token_stays_expired() {
    let (scene, machine, token) = apply_fault(Fault::ExpiredToken, Faults::default()).await;
    for _ in 0..2 {
        assert_eq!(scene.call(&token, machine).await.status(), 401);
    }
    let token = scene.sign_in().await;
    assert_eq!(scene.call(&token, machine).await.status(), 200);
}

#[tokio::test]
async fn pages_contain_the_whole_answer() {
    let (scene, machine, token) = apply_fault(Fault::Paged, Faults::default()).await;
    let mut ids = Vec::new();
    let mut body = json(scene.call(&token, machine).await).await;
    loop {
        let page = body["value"].as_array().unwrap();
        assert!(page.len() <= 2);
        ids.extend(page.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        let Some(next) = body["@odata.nextLink"].as_str() else {
            break;
        };
        assert!(
            next.starts_with(scene.simulator.api_url().as_str()),
            "{next}"
        );
        let request = scene.client.get(next).bearer_auth(&token);
        body = json(request.send().await.unwrap()).await;
    }
    ids.sort();
    let truth = scene.simulator.truth(machine).unwrap();
    let expected: Vec<&str> = truth.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn redirects_lead_to_the_decoy() {
    let decoy = Decoy::start().await.unwrap();
    let faults = || Faults {
        elsewhere: Some(decoy.url().clone()),
        ..Faults::default()
    };
    let (scene, machine, token) = apply_fault(Fault::Redirect, faults()).await;
    let reply = scene.call(&token, machine).await;
    assert_eq!(reply.status(), 302);
    let location = header(&reply, "location").unwrap();
    assert!(location.starts_with(decoy.url().as_str()), "{location}");

    let (scene, machine, token) = apply_fault(Fault::ForeignPage, faults()).await;
    let body = json(scene.call(&token, machine).await).await;
    let next = body["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with(decoy.url().as_str()), "{next}");
    assert!(decoy.heads().is_empty());

    let reply = scene.client.get(next).bearer_auth(&token).send().await;
    assert!(json(reply.unwrap()).await["value"].is_array());
    let heads = decoy.heads();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].contains(&token) && heads[0].starts_with("GET /api/machines/"));
}

#[tokio::test]
async fn odd_forms_keep_the_recoverable_truth() {
    let scene = Scene::with_faults("odd-forms".parse().unwrap()).await;
    let token = scene.sign_in().await;
    let mut all = Vec::new();
    for machine in &scene.simulator.fleet().machines()[..40] {
        let body = json(scene.call(&token, machine.id).await).await;
        let value = body["value"].as_array().unwrap().clone();
        assert_lists(&value, &scene.simulator.truth(machine.id).unwrap());
        all.extend(value);
    }
    for kind in [Value::is_null, Value::is_string, Value::is_number] {
        assert!(all.iter().any(|it| kind(&it["id"])));
        assert!(all.iter().any(|it| kind(&it["osBuild"])));
    }
    for field in [
        "name",
        "productsNames",
        "url",
        "cveAddressed",
        "machineMissedOn",
    ] {
        assert!(all.iter().any(|it| it[field].is_null()), "{field}");
        assert!(all.iter().any(|it| !it[field].is_null()), "{field}");
    }
    assert!(all.iter().any(|it| it.get("cveAddressed").is_none()));
    assert!(all.iter().any(|it| it.get("rebootRequired").is_some()));
}

/// Reads the reply without the project's own parser, and asserts that it contains the expected updates,
/// with the largest CVE count of each.
fn assert_lists(value: &[Value], truth: &[MissingKb]) {
    let mut told: HashMap<String, u64> = HashMap::new();
    for it in value {
        let id = match &it["id"] {
            Value::Null => String::new(),
            Value::String(text) => text.trim_start_matches("KB").to_owned(),
            number => number.to_string(),
        };
        let cves = told.entry(id).or_default();
        *cves = (*cves).max(it["cveAddressed"].as_u64().unwrap_or(0));
    }
    let truth = truth.iter();
    let truth = truth.map(|it| (it.id.as_str().to_owned(), it.cve_addressed));
    assert_eq!(told, truth.collect());
}
