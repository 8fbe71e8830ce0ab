//! Parses replies: status and headers (here), and bodies; pure.
//!
//! - here: an answer, or a [`CallError`], by the status and the service's error
//! - `foreign`: describes replies that are not the service's own
//! - `answer`: a machine's missing KBs, and the format that the pages of all lists share
//! - `interner`, `distinct_kbs`: parse repeated texts once, and limit the KBs that a run may hold
//! - `machines`, `software`, `export`, `hunting`: the machine list, products, exports, hunting queries
//! - `bulk`, `row`: the rows of a dataset; `software_row`, `vulnerability_row`, `change_row`: those of each
//! - `dto`, `lenient`, `score`: JSON, field by field, in all the forms that the service uses

mod answer;
mod bulk;
mod change_row;
mod distinct_kbs;
mod dto;
mod export;
mod foreign;
mod hunting;
mod interner;
mod lenient;
mod machines;
mod row;
mod score;
mod software;
mod software_row;
mod vulnerability_row;

use std::time::{Duration, SystemTime};

use reqwest::{StatusCode, header::HeaderMap};
use secrecy::SecretString;

use self::dto::ServiceError;
pub(super) use self::{
    answer::PageBody, bulk::rows, export::ExportBody, hunting::hunting, machines::machines,
    software::products,
};
pub use self::{
    answer::{AnswerBody, NoAnswer},
    bulk::BulkRows,
    interner::Interner,
};
use super::{
    call_error::{CallError, Class},
    http::{mask::Mask, retry_after::retry_after},
};
use crate::domain::outcome::{Failure, Reason};

/// Maximum number of characters kept of the service's message.
const LONGEST_MESSAGE: usize = 2000;

/// Maximum number of characters kept of a code; the service's own have at most 40.
const LONGEST_CODE: usize = 200;

/// A reply that was received.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) header: HeaderMap,
    /// Converted to UTF-8 from whatever encoding was used.
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// The reply's body, parsed by `parse`, or why there is no answer. Secrets are masked before
    /// any text is shortened, because half a token is also a secret.
    pub(super) fn read<T>(
        &self,
        parse: impl FnOnce(&[u8]) -> Result<T, NoAnswer>,
        secret: &SecretString,
        now: SystemTime,
    ) -> Result<T, CallError> {
        let mask = || Mask::of([secret.clone()]);
        match self.status {
            StatusCode::OK => self.answer(parse, mask),
            _ => Err(self.refusal(&mask(), now)),
        }
    }

    fn answer<T>(
        &self,
        parse: impl FnOnce(&[u8]) -> Result<T, NoAnswer>,
        mask: impl FnOnce() -> Mask,
    ) -> Result<T, CallError> {
        parse(&self.body).map_err(|error| {
            let message = masked(&error.to_string(), &mask(), LONGEST_MESSAGE);
            CallError {
                is_foreign: !ServiceError::read(&self.body).is_envelope(),
                ..CallError::bad_reply(Class::Retryable(None), self.status.as_u16(), message)
            }
        })
    }

    fn refusal(&self, mask: &Mask, now: SystemTime) -> CallError {
        let wait = retry_after(&self.header, now);
        let service = ServiceError::read(&self.body);
        let (class, reason) = classify(self.status, &service, wait);
        let is_foreign = !service.is_envelope();
        let message = match service.message {
            Some(message) => message,
            None if is_foreign => foreign::describe(self.status, &self.header, &self.body),
            None => format!("HTTP {}", self.status),
        };
        let code = |text: Option<String>| text.map(|text| masked(&text, mask, LONGEST_CODE));
        CallError {
            class,
            failure: Failure {
                reason,
                http_status: Some(self.status.as_u16()),
                message: masked(&message, mask, LONGEST_MESSAGE),
                code: code(service.code),
                correlation_id: code(service.target),
            },
            is_foreign,
        }
    }
}

/// The text with secrets masked, shortened to a readable length.
fn masked(text: &str, mask: &Mask, longest: usize) -> String {
    let text = mask.hide(text);
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Classifies a reply without an answer. Only the service's own error envelope concerns a machine
/// or the run; after any other reply, the next call may reach the service.
fn classify(status: StatusCode, service: &ServiceError, wait: Option<Duration>) -> (Class, Reason) {
    match status {
        // Gateways limit calls in front of the service, and a proxy's 407 is its own.
        StatusCode::TOO_MANY_REQUESTS => (Class::Throttled(wait), Reason::Throttled),
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => (Class::RunRefused, Reason::Refused),
        StatusCode::REQUEST_TIMEOUT => (Class::Retryable(wait), Reason::Timeout),
        status if status.is_server_error() => (Class::Retryable(wait), Reason::ServerError),
        status if status.is_success() || status.is_redirection() => {
            (Class::Retryable(wait), Reason::BadReply)
        }
        StatusCode::UNAUTHORIZED if is_licence_error(service.message.as_deref()) => {
            (Class::RunRefused, Reason::Refused)
        }
        // Wherever the 401 came from, a new token may help.
        StatusCode::UNAUTHORIZED if !service.is_envelope() => {
            (Class::TokenRejected, Reason::BadReply)
        }
        StatusCode::UNAUTHORIZED => (Class::TokenRejected, Reason::Refused),
        _ if !service.is_envelope() => (Class::Retryable(wait), Reason::BadReply),
        StatusCode::FORBIDDEN => (Class::RunRefused, Reason::Refused),
        StatusCode::NOT_FOUND => (Class::NotFound, Reason::NotFound),
        _ => (Class::MachineRefused, Reason::Refused),
    }
}

/// Whether a 401 is about the tenant's licence, which a new token does not change.
pub(super) fn is_licence_error(message: Option<&str>) -> bool {
    let message = message.unwrap_or_default().to_ascii_lowercase();
    message.contains("no tvm license") || message.contains("account mode is inactive")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "header.payload.signature";

    /// The failure of a reply that is not an answer.
    fn failure(status: u16, body: &str) -> Failure {
        error(status, body).failure
    }

    fn error(status: u16, body: &str) -> CallError {
        let reply = Reply {
            status: StatusCode::from_u16(status).unwrap(),
            header: HeaderMap::new(),
            body: body.into(),
        };
        reply
            .read(AnswerBody::read, &TOKEN.into(), SystemTime::UNIX_EPOCH)
            .unwrap_err()
    }

    #[test]
    fn echoed_token_is_masked() {
        let echo = format!("your header was Bearer {TOKEN}");
        let masked = "your header was Bearer [secret]";
        let body = serde_json::json!({"error": {"code": echo, "message": echo, "target": echo}});
        let failure = failure(400, &body.to_string());
        assert_eq!(failure.message, masked);
        assert_eq!(failure.code.as_deref(), Some(masked));
        assert_eq!(failure.correlation_id.as_deref(), Some(masked));
    }

    #[test]
    fn token_in_an_invalid_answer_is_masked() {
        let message = failure(200, &format!(r#"{{"value":"Bearer {TOKEN}"}}"#)).message;
        assert!(message.contains("Bearer [secret]"), "{message}");
    }

    #[test]
    fn token_is_masked_before_truncation() {
        for room in 0..TOKEN.len() {
            let echo = format!("{}{TOKEN}", "x".repeat(LONGEST_MESSAGE - room));
            let body = serde_json::json!({"error": {"message": echo}}).to_string();
            let message = failure(400, &body).message;
            assert!(!message.contains("he"), "{room}: {message}");
        }
    }

    #[test]
    fn long_error_texts_are_truncated() {
        let long = "é".repeat(100_000);
        let body = serde_json::json!({"error": {"code": long, "message": long, "target": long}});
        let failed = failure(400, &body.to_string());
        assert_eq!(failed.message.chars().count(), LONGEST_MESSAGE + 1);
        for text in [failed.code.unwrap(), failed.correlation_id.unwrap()] {
            assert_eq!(text.chars().count(), LONGEST_CODE + 1);
        }
        let body = serde_json::json!({ "value": long }).to_string();
        let message = failure(200, &body).message;
        assert_eq!(message.chars().count(), LONGEST_MESSAGE + 1);
    }

    fn envelope(code: &str, message: &str) -> ServiceError {
        ServiceError {
            code: Some(code.into()),
            message: Some(message.into()),
            target: None,
        }
    }

    const WAIT: Option<Duration> = Some(Duration::from_secs(9));

    #[track_caller]
    fn concerns(status: u16, service: &ServiceError, expected: (Class, Reason)) {
        let code = StatusCode::from_u16(status).unwrap();
        assert_eq!(classify(code, service, WAIT), expected, "{status}");
    }

    #[test]
    fn service_errors_are_classified_by_status() {
        let service = envelope("SomeCode", "");
        for (status, expected) in [
            (400, (Class::MachineRefused, Reason::Refused)),
            (401, (Class::TokenRejected, Reason::Refused)),
            (403, (Class::RunRefused, Reason::Refused)),
            (404, (Class::NotFound, Reason::NotFound)),
            (407, (Class::RunRefused, Reason::Refused)),
            (408, (Class::Retryable(WAIT), Reason::Timeout)),
            (410, (Class::MachineRefused, Reason::Refused)),
            (429, (Class::Throttled(WAIT), Reason::Throttled)),
            (500, (Class::Retryable(WAIT), Reason::ServerError)),
            (503, (Class::Retryable(WAIT), Reason::ServerError)),
        ] {
            concerns(status, &service, expected);
        }
        let licence = envelope("Unauthorized", "reason of failure: No Tvm license");
        concerns(401, &licence, (Class::RunRefused, Reason::Refused));
    }

    #[test]
    fn replies_without_the_error_envelope_are_retried() {
        let no_code = ServiceError {
            message: Some("Machine was not found".into()),
            ..ServiceError::default()
        };
        for service in [ServiceError::default(), no_code] {
            for status in [
                201, 202, 204, 206, 226, 299, 300, 301, 302, 303, 304, 307, 308, 399, 400, 402,
                403, 404, 405, 406, 409, 410, 411, 413, 414, 421, 425, 431, 451, 499,
            ] {
                concerns(status, &service, (Class::Retryable(WAIT), Reason::BadReply));
            }
            concerns(401, &service, (Class::TokenRejected, Reason::BadReply));
            concerns(502, &service, (Class::Retryable(WAIT), Reason::ServerError));
            concerns(429, &service, (Class::Throttled(WAIT), Reason::Throttled));
            concerns(407, &service, (Class::RunRefused, Reason::Refused));
        }
    }

    #[test]
    fn only_status_200_is_an_answer() {
        for status in [201, 202, 204, 206, 226, 299] {
            let failure = failure(status, r#"{"value":[]}"#);
            assert_eq!(failure.reason, Reason::BadReply, "{status}");
        }
    }

    #[test]
    fn replies_without_the_error_envelope_are_foreign() {
        for (status, body, is_foreign) in [
            (
                403,
                r#"{"error":{"code":"Forbidden","message":"no"}}"#,
                false,
            ),
            (404, r#"{"error":{"code":"NotFound"}}"#, false),
            (400, r#"{"error":{"code":429}}"#, false),
            (200, r#"{"error":{"code":"InternalServerError"}}"#, false),
            (
                404,
                r#"{"statusCode":404,"message":"Resource not found"}"#,
                true,
            ),
            (404, r#"{"error":{"message":"no route"}}"#, true),
            (404, r#"{"error":"not_found"}"#, true),
            (404, r#"{"error":{"code":" "}}"#, true),
            (403, "<html>Forbidden</html>", true),
            (403, "", true),
            (400, "bad request", true),
            (200, "<html>Sign in</html>", true),
            (200, "{}", true),
            (200, "", true),
            (302, "", true),
            (502, r#"{"message":"no upstream"}"#, true),
        ] {
            assert_eq!(
                error(status, body).is_foreign,
                is_foreign,
                "{status} {body}"
            );
        }
    }
}
