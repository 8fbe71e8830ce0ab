mod entra;

use std::{collections::HashMap, ffi::OsStr, fs, io, net::TcpListener, process::Output};

use azure_identity::Executor;
use reqwest::dns::{Name, Resolve, Resolving};
use tempfile::TempDir;

use self::entra::{Entra, Reply};
use super::*;
use crate::defender::credential::{Trouble, certificate::tests::Rsa};

const WRONG_SECRET: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1\r\nCorrelation ID: 2\r\nTimestamp: 3","error_codes":[7000215],"correlation_id":"2"}"#;

fn sign_in(kind: CredentialKind, entra: &Entra) -> SignIn {
    SignIn {
        authority_url: entra.url.clone(),
        tenant_id: Some("t-1".to_owned()),
        client_id: Some("app-1".to_owned()),
        secret: Some("hush~hush".into()),
        ..SignIn::sample(kind)
    }
}

type Configure<'entra> = Box<dyn Fn() -> reqwest::ClientBuilder + 'entra>;

/// A credential that trusts that Entra and does not wait between its tries.
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
async fn a_secret_brings_a_token() {
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
async fn each_sign_in_asks_anew() {
    let entra = Entra::serve([good()]).await;
    let azure = azure(&sign_in(CredentialKind::Secret, &entra), &entra);
    azure.sign_in().await.unwrap();
    azure.sign_in().await.unwrap();
    assert_eq!(entra.requests().len(), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_final_and_helps() {
    let entra = Entra::serve([Reply::json(401, WRONG_SECRET)]).await;
    let error = with_secret(&entra).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the sign-in (secret) was refused: AADSTS7000215: Invalid client secret provided. \
         (HTTP 401, invalid_client, correlation id 2)"
    );
    assert_eq!(error.code(), Some(7_000_215));
    assert_eq!(error.http_status(), Some(401));
    assert_eq!(error.correlation_id(), Some("2"));
    assert!(error.hint().unwrap().contains("secret's value"));
    assert!(!error.is_passing());
    assert!(!format!("{error:?}").contains("hush"));
    assert_eq!(entra.requests().len(), 1, "no second try");
}

#[tokio::test]
async fn a_stumble_is_tried_again() {
    let entra = Entra::serve([
        Reply::html(502, "<title>Bad gateway</title>"),
        Reply::json(503, r#"{"error":"temporarily_unavailable"}"#),
        good(),
    ])
    .await;
    assert!(with_secret(&entra).await.is_ok());
    assert_eq!(entra.requests().len(), 3);
}

#[tokio::test]
async fn a_reply_that_is_no_token_is_described() {
    for (reply, passing, text) in [
        (
            Reply::html(200, "<html><TITLE>\n Please  log in </TITLE>hush~hush"),
            true,
            "localhost answered the sign-in with a page titled `Please log in` (HTTP 200), not \
             with a token",
        ),
        (Reply::html(200, "oops"), true, "`text/html` (HTTP 200)"),
        (
            Reply::html(403, "<title>Blocked</title>"),
            false,
            "`Blocked` (HTTP 403)",
        ),
        (
            Reply::json(200, "{}"),
            true,
            "JSON that is no token (HTTP 200)",
        ),
        (Reply::json(200, ""), true, "an empty body (HTTP 200)"),
        (Reply::json(502, ""), true, "an empty body (HTTP 502)"),
    ] {
        let entra = Entra::serve([reply]).await;
        let error = with_secret(&entra).await.unwrap_err();
        assert!(matches!(error, SignInError::BadReply { .. }), "{error:?}");
        assert!(error.to_string().contains(text), "{error}");
        assert!(!error.to_string().contains("hush"), "{error}");
        assert_eq!(error.is_passing(), passing, "{error}");
        assert!(error.hint().is_some());
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Entra::serve([good()]).await;
    let redirect = Reply::html(307, "").location(elsewhere.url.as_str());
    let entra = Entra::serve([redirect]).await;
    let error = with_secret(&entra).await.unwrap_err();
    assert_eq!(error.http_status(), Some(307));
    assert!(!error.is_passing());
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_signs_in() {
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
async fn workload_identity_sends_what_its_file_holds_now() {
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
async fn a_managed_identity_asks_its_machine() {
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
    // The machine's endpoint has a fixed address: a proxy brings the request here.
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
async fn a_network_in_the_way_is_recognised() {
    let entra = Entra::serve([good()]).await;
    let plain = Entra::serve_plain([good()]).await;
    let mut refusing = sign_in(CredentialKind::Secret, &entra);
    refusing.authority_url.set_port(Some(free_port())).unwrap();
    let mut not_tls = sign_in(CredentialKind::Secret, &plain);
    not_tls.authority_url.set_scheme("https").unwrap();
    let trusting = sign_in(CredentialKind::Secret, &entra);

    let known: Configure<'_> = Box::new(|| entra.client());
    let stranger: Configure<'_> = Box::new(|| plain.client());
    let nameless: Configure<'_> = Box::new(|| entra.client().dns_resolver(Arc::new(Nameless)));
    for (sign_in, configure, expected, hint) in [
        (&refusing, &known, Trouble::Connection, "HTTPS_PROXY"),
        (&not_tls, &known, Trouble::Tls, "TLS"),
        (&trusting, &stranger, Trouble::Certificate, "--ca-cert"),
        (&trusting, &nameless, Trouble::Name, "DNS"),
    ] {
        let http = Http::new(configure).unwrap();
        let azure = quick(Azure::new(sign_in.kind, sign_in, &http).unwrap());
        let error = azure.sign_in().await.unwrap_err();
        let SignInError::Unreachable { trouble, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*trouble, expected, "{error}");
        assert!(error.hint().unwrap().contains(hint), "{error}");
        assert_eq!(error.is_passing(), expected != Trouble::Certificate);
    }
    assert!(entra.requests().is_empty());
}

/// A port that nobody listens on any more.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A resolver that knows no name.
struct Nameless;

impl Resolve for Nameless {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err(io::Error::other("no such name").into()) })
    }
}

#[tokio::test]
async fn a_silent_service_is_given_up() {
    let entra = Entra::serve([Reply::silence()]).await;
    let azure = Azure {
        patience: Duration::from_millis(200),
        ..azure(&sign_in(CredentialKind::Secret, &entra), &entra)
    };
    let error = azure.sign_in().await.unwrap_err();
    assert!(matches!(error, SignInError::TimedOut { .. }), "{error:?}");
    assert!(error.is_passing());
}

#[tokio::test]
async fn a_secret_goes_over_https_only() {
    let entra = Entra::serve_plain([good()]).await;
    let http = Http::new(|| entra.client()).unwrap();
    let sign_in = sign_in(CredentialKind::Secret, &entra);
    let error = Azure::new(sign_in.kind, &sign_in, &http).unwrap_err();
    assert!(matches!(error, CredentialError::InsecureAuthority { .. }));
}

/// Stands in for the shell that runs `az`.
#[derive(Debug)]
struct Shell {
    exit_code: i32,
    stdout: &'static str,
    stderr: &'static str,
}

#[async_trait]
impl Executor for Shell {
    async fn run(&self, _: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        let command = args[1].to_string_lossy();
        let expected =
            "az account get-access-token -o json --scope https://api.example/.default --tenant t-1";
        assert!(command.ends_with(expected), "{command}");
        Ok(Output {
            status: exit_status(self.exit_code),
            stdout: self.stdout.into(),
            stderr: self.stderr.into(),
        })
    }
}

#[cfg(unix)]
fn exit_status(code: i32) -> std::process::ExitStatus {
    std::os::unix::process::ExitStatusExt::from_raw(code << 8)
}

#[cfg(windows)]
fn exit_status(code: i32) -> std::process::ExitStatus {
    std::os::windows::process::ExitStatusExt::from_raw(code.unsigned_abs())
}

async fn ask_cli(shell: Shell) -> Result<AccessToken, SignInError> {
    let entra = Entra::serve([good()]).await;
    let azure = Azure {
        recipe: Recipe::AzureCli {
            tenant_id: Some("t-1".to_owned()),
            executor: Arc::new(shell),
        },
        ..azure(&sign_in(CredentialKind::AzureCli, &entra), &entra)
    };
    azure.sign_in().await
}

#[tokio::test]
async fn the_azure_cli_is_asked() {
    let token = ask_cli(Shell {
        exit_code: 0,
        stdout: r#"{"accessToken":"a.b.c","expires_on":4102444800,"tokenType":"Bearer"}"#,
        stderr: "",
    })
    .await
    .unwrap();
    assert_eq!(token.secret.expose_secret(), "a.b.c");

    for (exit_code, stderr, text, hint) in [
        (
            127,
            "sh: az: not found",
            "az not found on PATH",
            "install the Azure CLI",
        ),
        (
            1,
            "ERROR: Please run 'az login' to setup account.\n",
            "the sign-in (azure-cli) failed: Please run 'az login' to setup account.",
            "az login",
        ),
        (
            1,
            "ERROR: AADSTS50034: The user account does not exist. Trace ID: x\n",
            "AADSTS50034",
            "the account is not in this tenant",
        ),
    ] {
        let error = ask_cli(Shell {
            exit_code,
            stdout: "",
            stderr,
        })
        .await
        .unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(error.hint().unwrap().contains(hint), "{error}");
        assert!(!error.is_passing());
    }
}
