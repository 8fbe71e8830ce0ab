//! Replies in every encoding, and oversized ones.

use encoding_rs::WINDOWS_1252;

use super::*;

const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"a.b.c"}"#;
const REFUSAL: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Ungültig. Trace ID: 1","error_codes":[7000215],"correlation_id":"2"}"#;

/// A body in every encoding that gateways have been seen to send.
fn forms(text: &str) -> Vec<Reply> {
    let units = || {
        format!("\u{feff}{text}")
            .encode_utf16()
            .collect::<Vec<u16>>()
    };
    let little: Vec<u8> = units().into_iter().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().into_iter().flat_map(u16::to_be_bytes).collect();
    let latin = WINDOWS_1252.encode(text).0.into_owned();
    let status = if text == TOKEN { 200 } else { 401 };
    [
        ("application/json", text.into()),
        ("application/json", format!("\u{feff}{text}").into()),
        ("text/plain", format!("\u{feff}{text}").into()),
        ("application/json", format!(" \r\n\0{text}\0\r\n").into()),
        ("application/json", little.clone()),
        ("application/json; charset=utf-16", little[2..].to_vec()),
        ("application/json; charset=utf-8", big.clone()),
        ("text/html", big[2..].to_vec()),
        ("application/json; charset=iso-8859-1", latin),
        ("application/json; charset=klingon", text.into()),
    ]
    .map(|(content_type, body)| Reply::typed(content_type, status, body))
    .into()
}

#[tokio::test]
async fn token_is_read_in_every_encoding() {
    for reply in forms(TOKEN) {
        let shown = format!("{reply:?}");
        let entra = Entra::serve([reply]).await;
        let token = with_secret(&entra).await.unwrap();
        assert_eq!(token.secret.expose_secret(), "a.b.c", "{shown}");
        assert_eq!(token.lifetime, Some(Duration::from_secs(3599)), "{shown}");
    }
}

#[tokio::test]
async fn refusal_is_read_in_every_encoding() {
    for reply in forms(REFUSAL) {
        let shown = format!("{reply:?}");
        let entra = Entra::serve([reply]).await;
        let error = with_secret(&entra).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the sign-in (secret) was refused: AADSTS7000215: Ungültig. (HTTP 401, \
             invalid_client, correlation id 2)",
            "{shown}"
        );
        assert!(error.hint().unwrap().contains("secret's value"), "{shown}");
    }
}

#[tokio::test]
async fn odd_lifetimes_are_accepted() {
    for (expires_in, expected) in [
        (r#""3599""#, Some(3599)),
        ("3599.0", Some(3599)),
        ("null", None),
        ("-1", None),
        ("9223372036854775807", None),
        ("1e300", None),
        ("{}", None),
    ] {
        let body = format!(r#"{{"expires_in":{expires_in},"access_token":"a.b.c"}}"#);
        let entra = Entra::serve([Reply::json(200, body)]).await;
        let token = with_secret(&entra).await.unwrap();
        let lifetime = token.lifetime.map(|life| life.as_secs());
        assert_eq!(lifetime, expected, "{expires_in}");
    }
}

#[tokio::test]
async fn reply_over_one_mebibyte_is_rejected() {
    for status in [200, 400, 503] {
        let entra = Entra::serve([Reply::json(status, vec![b' '; (1 << 20) + 1])]).await;
        let error = with_secret(&entra).await.unwrap_err();
        let expected = format!(
            "localhost answered the sign-in with more than 1 MiB (HTTP {status}), not with a token"
        );
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().is_some());
        assert_eq!(entra.requests().len(), 1);
    }
    let mut body = TOKEN.as_bytes().to_vec();
    body.resize(1 << 20, b' ');
    let entra = Entra::serve([Reply::json(200, body)]).await;
    assert!(with_secret(&entra).await.is_ok());
}
