mod bodies;
mod cli;
mod entra;
mod network;
mod refusals;

use std::{collections::HashMap, fs};

use tempfile::TempDir;

use self::entra::{Entra, Reply};
use super::*;
use crate::defender::auth::certificate::tests::Rsa;

fn sign_in(kind: CredentialKind, entra: &Entra) -> SignIn {
    SignIn {
        authority_url: entra.url.clone(),
        tenant_id: Some("t-1".to_owned()),
        client_id: Some("app-1".to_owned()),
        secret: Some("hush~hush".into()),
        ..SignIn::sample(kind)
    }
}

/// A credential that trusts this Entra and retries without pauses.
fn azure(sign_in: &SignIn, entra: &Entra) -> Azure {
    let http = Http::new(|| entra.client()).unwrap();
    quick(Azure::new(sign_in.kind, sign_in, &http).unwrap())
}

fn quick(azure: Azure) -> Azure {
    let retry = RetryOptions::exponential(ExponentialRetryOptions {
        initial_delay: AzureDuration::milliseconds(1),
        max_retries: 2,
        ..Default::default()
    });
    Azure { retry, ..azure }
}

async fn with_secret(entra: &Entra) -> Result<AccessToken, SignInError> {
    azure(&sign_in(CredentialKind::Secret, entra), entra)
        .sign_in()
        .await
}

fn good() -> Reply {
    Reply::json(
        200,
        r#"{"token_type":"Bearer","expires_in":3599,"access_token":"a.b.c"}"#,
    )
}

fn form(body: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

#[tokio::test]
async fn secret_signs_in() {
    let entra = Entra::serve([good()]).await;
    let token = with_secret(&entra).await.unwrap();
    assert_eq!(token.secret.expose_secret(), "a.b.c");
    let lifetime = token.lifetime.unwrap().as_secs();
    assert!((3590..=3599).contains(&lifetime), "{lifetime}");

    let [request] = &entra.requests()[..] else {
        panic!("one request")
    };
    assert_eq!(request.target, "/t-1/oauth2/v2.0/token");
    assert!(request.user_agent.starts_with("patchgap-"));
    let form = form(&request.body);
    assert_eq!(form["client_id"], "app-1");
    assert_eq!(form["client_secret"], "hush~hush");
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["scope"], "https://api.example/.default");
}

#[tokio::test]
async fn each_sign_in_sends_a_request() {
    let entra = Entra::serve([good()]).await;
    let azure = azure(&sign_in(CredentialKind::Secret, &entra), &entra);
    azure.sign_in().await.unwrap();
    azure.sign_in().await.unwrap();
    assert_eq!(entra.requests().len(), 2);
}

#[tokio::test]
async fn certificate_signs_in() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("app.pem");
    fs::write(&path, Rsa::generate().pem()).unwrap();
    let entra = Entra::serve([good()]).await;
    let mut sign_in = sign_in(CredentialKind::Certificate, &entra);
    sign_in.certificate = Some(path);
    azure(&sign_in, &entra).sign_in().await.unwrap();

    let form = form(&entra.requests()[0].body);
    assert_eq!(
        form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert_eq!(form["client_assertion"].split('.').count(), 3);
    assert!(!form.contains_key("client_secret"));
}

#[tokio::test]
async fn workload_identity_reads_its_file_each_time() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    let entra = Entra::serve([good()]).await;
    let mut sign_in = sign_in(CredentialKind::WorkloadIdentity, &entra);
    sign_in.federated_token_file = Some(path.clone());

    let http = Http::new(|| entra.client()).unwrap();
    let error = Azure::new(sign_in.kind, &sign_in, &http).unwrap_err();
    assert!(matches!(error, CredentialError::Unusable { .. }));
    assert!(error.to_string().contains("token"), "{error}");

    fs::write(&path, "first").unwrap();
    let azure = azure(&sign_in, &entra);
    azure.sign_in().await.unwrap();
    fs::write(&path, "second").unwrap();
    azure.sign_in().await.unwrap();
    let sent: Vec<String> = entra
        .requests()
        .iter()
        .map(|request| form(&request.body)["client_assertion"].clone())
        .collect();
    assert_eq!(sent, ["first", "second"]);

    fs::remove_file(&path).unwrap();
    let error = azure.sign_in().await.unwrap_err();
    assert!(matches!(error, SignInError::Failed { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("AZURE_FEDERATED_TOKEN_FILE"));
}

#[tokio::test]
async fn managed_identity_uses_the_metadata_endpoint() {
    let entra = Entra::serve_plain([
        Reply::json(
            200,
            r#"{"access_token":"a.b.c","expires_on":"4102444800","token_type":"Bearer","resource":"r"}"#,
        ),
        Reply::json(
            400,
            r#"{"error":"invalid_request","error_description":"Identity not found"}"#,
        ),
    ])
    .await;
    let sign_in = sign_in(CredentialKind::ManagedIdentity, &entra);
    // The metadata endpoint has a fixed address: a proxy redirects the request here.
    let proxy = reqwest::Proxy::all(entra.url.clone()).unwrap();
    let azure = Azure {
        client: Client::builder().proxy(proxy).build().unwrap(),
        ..azure(&sign_in, &entra)
    };
    assert!(azure.sign_in().await.is_ok());
    let target = &entra.requests()[0].target;
    assert!(
        target.contains("/metadata/identity/oauth2/token"),
        "{target}"
    );
    assert!(
        target.contains("resource=https%3A%2F%2Fapi.example&"),
        "{target}"
    );
    assert!(target.contains("client_id=app-1"), "{target}");

    let error = azure.sign_in().await.unwrap_err();
    assert!(error.to_string().contains("Identity not found"), "{error}");
    assert!(error.hint().unwrap().contains("identity is assigned"));
}

#[tokio::test]
async fn plain_http_authority_is_refused() {
    let entra = Entra::serve_plain([good()]).await;
    let http = Http::new(|| entra.client()).unwrap();
    let sign_in = sign_in(CredentialKind::Secret, &entra);
    let error = Azure::new(sign_in.kind, &sign_in, &http).unwrap_err();
    assert!(matches!(error, CredentialError::InsecureAuthority { .. }));
}
