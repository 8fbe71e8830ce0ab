//! Refusals by the sign-in service.

use std::{fmt, time::Duration};

use serde_json::Value;

use crate::defender::http::mask::Mask;

/// Maximum length of a text that is passed on.
const LONGEST_TEXT: usize = 600;

/// Prefix of an Entra code in a text.
const CODE_PREFIX: &str = "AADSTS";

/// A refusal in the words of Entra or of a machine's identity endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status of the reply.
    pub http_status: u16,
    /// The OAuth error, such as `invalid_client`.
    pub error: Option<String>,
    /// Entra's own codes, without the `AADSTS` prefix.
    pub codes: Vec<u32>,
    /// A readable description: one line, without the trace.
    pub text: String,
    /// The id that Microsoft support asks for.
    pub correlation_id: Option<String>,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

/// Codes of transient problems of Entra: a service behind it fails (90006, 90033), the request took
/// too long (90024), the tenant sends too many requests (90055).
const TRANSIENT_CODES: [u32; 4] = [90006, 90024, 90033, 90055];

impl Refusal {
    /// Reads the body of a refusal; `None` if it is not one.
    ///
    /// Entra's format is `{"error": "...", "error_description": "..."}`; identity endpoints of
    /// machines also use `{"error": {"code": "...", "message": "..."}}` and `{"message": "..."}`.
    ///
    /// Secrets are masked before the text is shortened: half a secret must not show either.
    pub(in crate::defender) fn read(http_status: u16, body: &[u8], mask: &Mask) -> Option<Self> {
        let body: Value = serde_json::from_str(&String::from_utf8_lossy(body)).ok()?;
        let text_at = |pointer| {
            let text = mask.hide(body.pointer(pointer)?.as_str()?);
            Some(text).filter(|text| !one_line(text).is_empty())
        };
        let error = text_at("/error").or_else(|| text_at("/error/code"));
        let description = text_at("/error_description")
            .or_else(|| text_at("/error/message"))
            .or_else(|| text_at("/message"));
        let full = description.or_else(|| error.clone())?;
        let correlation_id = text_at("/correlation_id");
        let correlation_id = correlation_id.as_deref();
        Some(Self {
            http_status,
            error: error.as_deref().map(one_line),
            codes: codes(&body, &full),
            text: without_trace(&full),
            correlation_id: correlation_id
                .or_else(|| after(&full, "Correlation ID:"))
                .map(one_line),
            retry_after: None,
        })
    }

    /// The `AADSTS` codes in a text, in order.
    pub(super) fn codes_in(text: &str) -> Vec<u32> {
        text.split(CODE_PREFIX)
            .skip(1)
            .filter_map(|rest| {
                let end = rest.find(|letter: char| !letter.is_ascii_digit());
                rest[..end.unwrap_or(rest.len())].parse().ok()
            })
            .collect()
    }

    /// Whether the same request may succeed a little later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self.http_status, 408 | 410 | 425 | 429 | 500..)
            || self.codes.iter().any(|code| TRANSIENT_CODES.contains(code))
            || matches!(
                self.error.as_deref(),
                Some("temporarily_unavailable" | "server_error")
            )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (HTTP {}", self.text, self.http_status)?;
        if let Some(error) = self.error.as_deref().filter(|error| *error != self.text) {
            write!(formatter, ", {error}")?;
        }
        if let Some(id) = &self.correlation_id {
            write!(formatter, ", correlation id {id}")?;
        }
        formatter.write_str(")")
    }
}

/// The codes from the list, or from the text if there is no list.
fn codes(body: &Value, text: &str) -> Vec<u32> {
    let listed = body.pointer("/error_codes").and_then(Value::as_array);
    let listed: Vec<u32> = listed
        .into_iter()
        .flatten()
        .filter_map(|code| code.as_u64()?.try_into().ok())
        .collect();
    if listed.is_empty() {
        Refusal::codes_in(text)
    } else {
        listed
    }
}

/// The text without `Trace ID: ... Correlation ID: ... Timestamp: ...` at its end.
fn without_trace(text: &str) -> String {
    let words = text.split("Trace ID:").map(one_line).next();
    words
        .filter(|words| !words.is_empty())
        .unwrap_or_else(|| one_line(text))
}

/// The word that follows `label`.
fn after<'text>(text: &'text str, label: &str) -> Option<&'text str> {
    text.split_once(label)?.1.split_whitespace().next()
}

/// The text in one line, without control characters, shortened to the maximum length.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_ids_are_removed_from_the_message() {
        let body = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value, for 'app'.\r\nTrace ID: 1-2\r\nCorrelation ID: 3-4\r\nTimestamp: 2026-01-02 03:04:05Z","error_codes":[7000215],"trace_id":"1-2","correlation_id":"3-4"}"#;
        let refusal = Refusal::read(401, body, &Mask::default()).unwrap();
        assert_eq!(refusal.codes, [7_000_215]);
        assert_eq!(
            refusal.to_string(),
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is \
             the value, for 'app'. (HTTP 401, invalid_client, correlation id 3-4)"
        );
        assert!(!refusal.is_passing());
    }

    #[test]
    fn every_refusal_shape_is_read() {
        for (body, codes, text, correlation_id) in [
            (
                r#"{"error":"invalid_request","error_description":"AADSTS90002: No tenant. Trace ID: a Correlation ID: b-c Timestamp: d"}"#,
                vec![90002],
                "AADSTS90002: No tenant.",
                Some("b-c"),
            ),
            (
                r#"{"error":"unauthorized_client"}"#,
                vec![],
                "unauthorized_client",
                None,
            ),
            (
                r#"{"error":"invalid_grant","error_description":" ","correlation_id":""}"#,
                vec![],
                "invalid_grant",
                None,
            ),
            (
                r#"{"error_description":"Trace ID: 1"}"#,
                vec![],
                "Trace ID: 1",
                None,
            ),
            (
                r#"{"error":{"code":"Oops","message":"no\u0007 luck"}}"#,
                vec![],
                "no luck",
                None,
            ),
            (
                r#"{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found"}"#,
                vec![],
                "No User Assigned or Delegated Managed Identity found",
                None,
            ),
        ] {
            let refusal = Refusal::read(400, body.as_bytes(), &Mask::default()).unwrap();
            assert_eq!(refusal.codes, codes, "{body}");
            assert_eq!(refusal.text, text, "{body}");
            assert_eq!(refusal.correlation_id.as_deref(), correlation_id, "{body}");
        }
    }

    #[test]
    fn other_bodies_are_not_refusals() {
        for body in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"access_token":"x"}"#,
            r#"{"error":"","error_description":"\u0007"}"#,
        ] {
            assert_eq!(
                Refusal::read(400, body.as_bytes(), &Mask::default()),
                None,
                "{body}"
            );
        }
    }

    #[test]
    fn temporary_refusals_are_known_by_status_or_code() {
        for (status, error, passing) in [
            (401, "invalid_client", false),
            (400, "temporarily_unavailable", true),
            (429, "throttled", true),
            (503, "oops", true),
            (404, "not_found", false),
        ] {
            let body = format!(r#"{{"error":"{error}"}}"#);
            let refusal = Refusal::read(status, body.as_bytes(), &Mask::default()).unwrap();
            assert_eq!(refusal.is_passing(), passing, "{status} {error}");
        }
    }

    #[test]
    fn long_text_is_truncated() {
        let long = "é".repeat(2 * LONGEST_TEXT);
        assert_eq!(one_line(&long).chars().count(), LONGEST_TEXT + 3);
    }

    #[test]
    fn secret_is_masked_before_truncation() {
        let secret = "hush-hush-hush";
        let mask = Mask::of([secret.into()]);
        for room in 0..secret.len() {
            let echo = format!("{}{secret}", "x".repeat(LONGEST_TEXT - room));
            let body = format!(r#"{{"error":"{echo}","correlation_id":"{secret}"}}"#);
            let refusal = Refusal::read(400, body.as_bytes(), &mask).unwrap();
            assert!(!refusal.to_string().contains("hu"), "{room}: {refusal}");
        }
    }
}
