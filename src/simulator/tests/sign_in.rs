//! Good and bad sign-ins.

use azure_core::{
    cloud::CustomConfiguration,
    credentials::TokenCredential,
    http::{ClientOptions, Transport},
};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[tokio::test]
async fn correct_secret_gets_a_token() {
    let scene = Scene::open(Settings::default()).await;
    let (status, body) = scene.apply(scene.token_endpoint(), &scene.form()).await;
    assert_eq!(status, 200);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3599);

    let token = body["access_token"].as_str().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let payload = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["tid"], scene.simulator.tenant_id());
    assert_eq!(payload["appid"], scene.simulator.client_id());
    assert_eq!(
        payload["roles"],
        json!([
            "Alert.Read.All",
            "Machine.Read.All",
            "Software.Read.All",
            "Vulnerability.Read.All"
        ])
    );
    assert_eq!(payload["aud"], "https://api.securitycenter.microsoft.com");
    let lifetime = payload["exp"].as_i64().unwrap() - payload["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 3599);
    assert_ne!(token, scene.sign_in().await);
}

#[tokio::test]
async fn certificate_is_valid_for_localhost() {
    let scene = Scene::open(Settings::default()).await;
    let mut endpoint = scene.token_endpoint();
    endpoint.set_host(Some("localhost")).unwrap();
    assert_eq!(scene.apply(endpoint, &scene.form()).await.0, 200);
}

#[tokio::test]
async fn wrong_fields_are_refused_with_their_code() {
    let scene = Scene::open(Settings::default()).await;
    for (field, value, status, error, code) in [
        ("client_secret", "guess", 401, "invalid_client", 7_000_215),
        ("client_id", "guess", 400, "unauthorized_client", 700_016),
        (
            "scope",
            "https://x.invalid/.default",
            400,
            "invalid_resource",
            500_011,
        ),
        ("scope", "Software.Read.All", 400, "invalid_scope", 70011),
        (
            "grant_type",
            "password",
            400,
            "unsupported_grant_type",
            70003,
        ),
    ] {
        let mut form = scene.form();
        form.insert(field.to_owned(), value.to_owned());
        let (found, body) = scene.apply(scene.token_endpoint(), &form).await;
        assert_eq!((found, &body["error"]), (status, &json!(error)));
        assert_eq!(body["error_codes"], json!([code]));
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
    }
    assert_eq!(scene.simulator.log().signed_in(), 0);
    assert_eq!(scene.simulator.log().sign_ins[0].refused, Some(7_000_215));
    assert!(scene.simulator.tokens().is_empty());
}

#[tokio::test]
async fn missing_fields_are_refused_with_their_code() {
    let scene = Scene::open(Settings::default()).await;
    for (field, code) in [
        ("client_secret", 7_000_218),
        ("client_id", 900_144),
        ("grant_type", 900_144),
        ("scope", 900_144),
    ] {
        let mut form = scene.form();
        form.remove(field);
        let (_, body) = scene.apply(scene.token_endpoint(), &form).await;
        assert_eq!(body["error_codes"], json!([code]), "{field}");
    }
}

#[tokio::test]
async fn unknown_tenant_is_refused() {
    let scene = Scene::open(Settings::default()).await;
    let base = scene.simulator.authority_url();
    let endpoint = base.join("contoso.com/oauth2/v2.0/token").unwrap();
    let (status, body) = scene.apply(endpoint, &scene.form()).await;
    assert_eq!((status, &body["error_codes"]), (400, &json!([90002])));
}

#[tokio::test]
async fn tenant_without_defender_or_consent_is_refused() {
    for (fault, code) in [("no-defender", 500_011), ("no-consent", 7_000_229)] {
        let scene = Scene::with_faults(fault.parse().unwrap()).await;
        let (_, body) = scene.apply(scene.token_endpoint(), &scene.form()).await;
        assert_eq!(body["error_codes"], json!([code]), "{fault}");
    }
}

/// The token that Microsoft's own client gets with this secret.
async fn identify(scene: &Scene, secret: &str) -> azure_core::Result<String> {
    let mut cloud = CustomConfiguration::default();
    cloud.authority_host = scene.simulator.authority_url().to_string();
    let options = ClientSecretCredentialOptions {
        client_options: ClientOptions {
            transport: Some(Transport::new(Arc::new(scene.client.clone()))),
            cloud: Some(Arc::new(cloud.into())),
            ..ClientOptions::default()
        },
    };
    let (tenant, client) = (scene.simulator.tenant_id(), scene.simulator.client_id());
    let secret = secret.to_owned().into();
    let credential = ClientSecretCredential::new(tenant, client.to_owned(), secret, Some(options))?;
    let token = credential
        .get_token(&[scene.simulator.scope()], None)
        .await?;
    Ok(token.token.secret().to_owned())
}

#[tokio::test]
async fn azure_identity_signs_in() {
    let scene = Scene::open(Settings::default()).await;
    let token = identify(&scene, scene.simulator.client_secret()).await;
    assert_eq!([token.unwrap()], *scene.simulator.tokens());

    let error = identify(&scene, "guess").await.unwrap_err();
    assert!(error.to_string().contains("AADSTS7000215"), "{error}");
    assert_eq!(scene.simulator.log().sign_ins.len(), 2);
}

/// An assertion, with a signature that is not checked.
fn assertion(scene: &Scene, change: impl Fn(&mut Value)) -> String {
    let client = scene.simulator.client_id();
    let mut claims = json!({
        "iss": client,
        "sub": client,
        "aud": scene.token_endpoint().as_str(),
        "exp": Timestamp::now().as_second() + 300,
        "jti": "1",
    });
    change(&mut claims);
    encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(b"any"),
    )
    .unwrap()
}

async fn assert_with(scene: &Scene, assertion: String) -> (u16, Value) {
    let mut form = scene.form();
    form.remove("client_secret");
    form.insert("client_assertion_type".into(), ASSERTION_TYPE.into());
    form.insert("client_assertion".into(), assertion);
    let (status, body) = scene.apply(scene.token_endpoint(), &form).await;
    (status, body["error_codes"][0].clone())
}

#[tokio::test]
async fn assertion_replaces_the_secret() {
    let scene = Scene::open(Settings::default()).await;
    let assertion = assertion(&scene, |_| {});
    assert_eq!(assert_with(&scene, assertion).await.0, 200);
    assert!(scene.simulator.log().sign_ins[0].by_assertion);
}

#[tokio::test]
async fn assertion_claims_are_validated() {
    let scene = Scene::open(Settings::default()).await;
    let refused = |change: fn(&mut Value)| assert_with(&scene, assertion(&scene, change));
    let expired = |claims: &mut Value| claims["exp"] = json!(1_700_000_000);
    for (found, code) in [
        (refused(|claims| claims["iss"] = json!("x")).await, 700_021),
        (refused(|claims| claims["sub"] = json!("x")).await, 700_021),
        (refused(|claims| claims["aud"] = json!("x")).await, 700_023),
        (refused(expired).await, 700_024),
        (refused(|claims| claims["exp"] = json!("soon")).await, 50027),
        (assert_with(&scene, "no.jwt".to_owned()).await, 50027),
    ] {
        assert_eq!(found, (401, json!(code)));
    }
}
