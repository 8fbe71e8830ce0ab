//! Replies that are not the service's own: from a gateway, a proxy or a sign-in page.

use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION},
};
use serde::Deserialize;
use url::Url;

use super::lenient::{Object, Text};

/// Maximum number of bytes of a body that are searched for a message: gateways' messages are short.
const LONGEST_BODY: usize = 16 << 10;

/// The JSON error formats of gateways.
#[derive(Deserialize)]
struct GatewayError {
    #[serde(default)]
    message: Text,
}

/// Describes a reply that is not the service's own, for a message.
pub(super) fn describe(status: StatusCode, header: &HeaderMap, body: &[u8]) -> String {
    let what = match status {
        status if status.is_redirection() => redirect(header),
        status if status.is_success() => "only status 200 is an answer".to_owned(),
        _ => content(body),
    };
    format!("HTTP {status}: {what}")
}

fn content(body: &[u8]) -> String {
    let instead = "instead of a reply from the service";
    let body = body.trim_ascii();
    match body.first() {
        None => format!("an empty body {instead}"),
        Some(b'<') => format!("a web page {instead} (perhaps from a proxy)"),
        Some(_) => match gateway_message(body) {
            Some(words) => format!("something else {instead}; it says: {words}"),
            None => format!("something else {instead}"),
        },
    }
}

/// The redirect's target, up to its host: the rest may contain secrets.
fn redirect(header: &HeaderMap) -> String {
    let not_followed = "which is not followed with the token";
    let target = header.get(LOCATION).and_then(|it| it.to_str().ok());
    let target = target.and_then(|text| Url::parse(text).ok());
    match target.filter(Url::has_host) {
        Some(url) => format!(
            "a redirect to {}, {not_followed}",
            url.origin().ascii_serialization()
        ),
        None => format!("a redirect, {not_followed}"),
    }
}

fn gateway_message(body: &[u8]) -> Option<String> {
    let body = body.get(..LONGEST_BODY).unwrap_or(body);
    let Object(words) = serde_json::from_slice::<Object<GatewayError>>(body).ok()?;
    words.message.filled()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_reply_is_described() {
        for (status, body, expected) in [
            (403, "", "an empty body"),
            (404, " \n<!DOCTYPE html>", "a web page"),
            (
                404,
                r#"{"statusCode":404,"message":"Resource not found"}"#,
                "it says: Resource not found",
            ),
            (502, "no upstream", "something else"),
            (206, r#"{"value":[]}"#, "only status 200 is an answer"),
            (302, "<html>", "a redirect, which is not followed"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let text = describe(status, &HeaderMap::new(), body.as_bytes());
            assert!(text.contains(expected), "{status}: {text}");
        }
    }

    #[test]
    fn redirect_is_described_by_its_host_only() {
        for (location, expected) in [
            (
                "https://gateway.example/auth?token=abc#x",
                "to https://gateway.example,",
            ),
            (
                "https://user:pass@gateway.example:8443/",
                "to https://gateway.example:8443,",
            ),
            ("/auth?token=abc", "a redirect, "),
            ("javascript:alert(1)", "a redirect, "),
        ] {
            let mut header = HeaderMap::new();
            header.insert(LOCATION, location.parse().unwrap());
            let text = describe(StatusCode::FOUND, &header, b"");
            assert!(text.contains(expected), "{text}");
            assert!(!text.contains("abc") && !text.contains("pass"), "{text}");
        }
    }
}
