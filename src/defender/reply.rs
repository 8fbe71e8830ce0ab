//! What a reply means, told from its status, its header and its body; pure.

use std::time::{Duration, SystemTime};

use reqwest::{StatusCode, header::HeaderMap};
use secrecy::SecretString;

use super::{
    error::{CallError, Class},
    mask::Mask,
    refusal,
    retry_after::retry_after,
    vocabulary::Vocabulary,
    wire::{AnswerBody, ServiceError},
};
use crate::outcome::{Failure, Reason};

/// Characters of the service's words that are kept.
const LONGEST_MESSAGE: usize = 2000;

/// Characters of a code that are kept; those of the service have at most 40.
const LONGEST_CODE: usize = 200;

/// A reply that has arrived.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) header: HeaderMap,
    /// As UTF-8, whatever it came as.
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// The page of an answer that it brings, or why it brings none. What is to be masked
    /// is so before anything is cut: half a token is still a token's half.
    pub(super) fn read(
        &self,
        vocabulary: &Vocabulary,
        secret: &SecretString,
        now: SystemTime,
    ) -> Result<AnswerBody, CallError> {
        let mask = || Mask::of([secret.clone()]);
        if self.status.is_success() {
            self.answer(vocabulary, mask)
        } else if self.status.is_redirection() {
            Err(self.redirect())
        } else {
            Err(self.refusal(&mask(), now))
        }
    }

    fn answer(
        &self,
        vocabulary: &Vocabulary,
        mask: impl FnOnce() -> Mask,
    ) -> Result<AnswerBody, CallError> {
        AnswerBody::read_with(&self.body, vocabulary).map_err(|error| {
            let message = words(&error.to_string(), &mask(), LONGEST_MESSAGE);
            CallError::bad_reply(Class::Call(None), self.status.as_u16(), message)
        })
    }

    fn redirect(&self) -> CallError {
        let status = self.status;
        let message = format!("HTTP {status}: a redirect, which is not followed with the token");
        CallError::bad_reply(Class::Machine, status.as_u16(), message)
    }

    fn refusal(&self, mask: &Mask, now: SystemTime) -> CallError {
        let wait = retry_after(&self.header, now);
        let service = ServiceError::read(&self.body);
        let (class, reason) = classify(self.status, &service, wait);
        let message = service
            .message
            .unwrap_or_else(|| format!("HTTP {}", self.status));
        let code = |text: Option<String>| text.map(|text| words(&text, mask, LONGEST_CODE));
        CallError {
            class,
            failure: Failure {
                reason,
                http_status: Some(self.status.as_u16()),
                message: words(&message, mask, LONGEST_MESSAGE),
                code: code(service.code),
                correlation_id: code(service.target),
            },
        }
    }
}

/// Somebody's words without our secrets, as far as anybody reads them.
fn words(text: &str, mask: &Mask, longest: usize) -> String {
    let text = mask.hide(text);
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn classify(status: StatusCode, service: &ServiceError, wait: Option<Duration>) -> (Class, Reason) {
    match status {
        StatusCode::TOO_MANY_REQUESTS => (Class::Window(wait), Reason::Throttled),
        StatusCode::UNAUTHORIZED if refusal::no_licence(service.message.as_deref()) => {
            (Class::Run, Reason::Refused)
        }
        StatusCode::UNAUTHORIZED => (Class::Token, Reason::Refused),
        StatusCode::FORBIDDEN | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            (Class::Run, Reason::Refused)
        }
        StatusCode::NOT_FOUND => (Class::NotFound, Reason::NotFound),
        StatusCode::REQUEST_TIMEOUT => (Class::Call(wait), Reason::Timeout),
        status if status.is_server_error() => (Class::Call(wait), Reason::ServerError),
        _ => (Class::Machine, Reason::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "header.payload.signature";

    /// What a reply that is no answer leaves in the reports.
    fn failure(status: u16, body: &str) -> Failure {
        let reply = Reply {
            status: StatusCode::from_u16(status).unwrap(),
            header: HeaderMap::new(),
            body: body.into(),
        };
        reply
            .read(
                &Vocabulary::default(),
                &TOKEN.into(),
                SystemTime::UNIX_EPOCH,
            )
            .unwrap_err()
            .failure
    }

    #[test]
    fn a_token_that_is_repeated_is_masked() {
        let echo = format!("your header was Bearer {TOKEN}");
        let masked = "your header was Bearer [secret]";
        let body = serde_json::json!({"error": {"code": echo, "message": echo, "target": echo}});
        let failure = failure(400, &body.to_string());
        assert_eq!(failure.message, masked);
        assert_eq!(failure.code.as_deref(), Some(masked));
        assert_eq!(failure.correlation_id.as_deref(), Some(masked));
    }

    #[test]
    fn a_token_in_an_answer_that_is_none_is_masked() {
        let message = failure(200, &format!(r#"{{"value":"Bearer {TOKEN}"}}"#)).message;
        assert!(message.contains("Bearer [secret]"), "{message}");
    }

    #[test]
    fn a_token_across_the_cut_leaves_no_half() {
        for room in 0..TOKEN.len() {
            let echo = format!("{}{TOKEN}", "x".repeat(LONGEST_MESSAGE - room));
            let body = serde_json::json!({"error": {"message": echo}}).to_string();
            let message = failure(400, &body).message;
            assert!(!message.contains("he"), "{room}: {message}");
        }
    }

    #[test]
    fn nobody_s_words_go_on_for_ever() {
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

    #[test]
    fn each_status_concerns_somebody() {
        let wait = Some(Duration::from_secs(9));
        let service = ServiceError::default();
        let licence = ServiceError {
            message: Some("reason of failure: No Tvm license".into()),
            ..ServiceError::default()
        };
        for (status, service, expected) in [
            (400, &service, (Class::Machine, Reason::Refused)),
            (401, &service, (Class::Token, Reason::Refused)),
            (401, &licence, (Class::Run, Reason::Refused)),
            (403, &service, (Class::Run, Reason::Refused)),
            (404, &service, (Class::NotFound, Reason::NotFound)),
            (407, &service, (Class::Run, Reason::Refused)),
            (408, &service, (Class::Call(wait), Reason::Timeout)),
            (429, &service, (Class::Window(wait), Reason::Throttled)),
            (500, &service, (Class::Call(wait), Reason::ServerError)),
            (503, &service, (Class::Call(wait), Reason::ServerError)),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(classify(status, service, wait), expected, "{status}");
        }
    }
}
