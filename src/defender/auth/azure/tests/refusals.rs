//! Replies without a token.

use super::*;

const WRONG_SECRET: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1\r\nCorrelation ID: 2\r\nTimestamp: 3","error_codes":[7000215],"correlation_id":"2"}"#;

#[tokio::test]
async fn wrong_secret_is_final_and_has_a_hint() {
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
async fn temporary_errors_are_retried() {
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
async fn reply_without_a_token_is_described() {
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
            true,
            "`Blocked` (HTTP 403)",
        ),
        (Reply::html(404, "lost"), false, "`text/html` (HTTP 404)"),
        (Reply::html(405, ""), false, "an empty body (HTTP 405)"),
        (
            Reply::json(200, "{}"),
            true,
            "JSON without a token (HTTP 200)",
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

/// Entra's error code decides, whatever the status; temporary errors are waited for, as long as it
/// asks.
#[tokio::test]
async fn temporary_errors_are_distinguished_from_final_ones() {
    for (status, error, passing) in [
        (503, "temporarily_unavailable", true),
        (400, "temporarily_unavailable", true),
        (429, "throttled", true),
        (400, "AADSTS90033: A transient error has occurred.", true),
        (401, "AADSTS90006: External server retryable error.", true),
        (400, "AADSTS90024: Request budget exceeded.", true),
        (400, "AADSTS90055: The tenant is throttled.", true),
        (500, "server_error", true),
        (401, "AADSTS7000215: Invalid client secret.", false),
        (401, "AADSTS7000222: The secret has expired.", false),
        (
            400,
            "AADSTS500011: The resource principal was not found.",
            false,
        ),
        (400, "AADSTS700016: No such application.", false),
        (400, "AADSTS90002: No such tenant.", false),
        (400, "AADSTS53003: Blocked by conditional access.", false),
        (
            400,
            "AADSTS90034: An unexpected, non-retryable error.",
            false,
        ),
    ] {
        let body = format!(r#"{{"error":"{error}","error_description":"{error}"}}"#);
        let refusal = crate::defender::auth::Refusal::read(
            status,
            body.as_bytes(),
            &crate::defender::http::mask::Mask::default(),
        );
        assert_eq!(refusal.unwrap().is_passing(), passing, "{status} {error}");
    }
    for (reply, seconds) in [
        (
            Reply::json(429, r#"{"error":"throttled"}"#).retry_after("17"),
            Some(17),
        ),
        (
            Reply::html(503, "<title>down</title>").retry_after(" 20 "),
            Some(20),
        ),
        (Reply::html(503, "").retry_after("999999"), Some(7200)),
        (Reply::html(503, "").retry_after("soon"), None),
        (Reply::html(503, ""), None),
    ] {
        let entra = Entra::serve([reply]).await;
        let sign_in = sign_in(CredentialKind::Secret, &entra);
        let azure = Azure {
            time_limit: Duration::from_millis(500),
            ..azure(&sign_in, &entra)
        };
        let error = azure.sign_in().await.unwrap_err();
        let expected = seconds.map(Duration::from_secs);
        assert_eq!(error.retry_after(), expected, "{error}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Entra::serve([good()]).await;
    let redirect = Reply::html(307, "").location(elsewhere.url.as_str());
    let entra = Entra::serve([redirect]).await;
    let error = with_secret(&entra).await.unwrap_err();
    assert_eq!(error.http_status(), Some(307));
    assert!(error.is_passing(), "a gateway's");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn echoed_secret_is_masked() {
    let echo = r#"{"error":"invalid_request hush~hush","error_description":"AADSTS900144: you sent client_secret=hush%7Ehush, that is hush~hush"}"#;
    let entra = Entra::serve([Reply::json(400, echo)]).await;
    let error = with_secret(&entra).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
    assert!(
        error.to_string().contains("client_secret=[secret]"),
        "{error}"
    );
}
