//! What holds for whatever comes under the status of an error, from the API or the sign-in.
//!
//! The bytes are written as a reply is sent: status line, fields, an empty line, the body.

use std::{str, time::Duration};

use patchgap::{
    defender::{CallError, Class, auth::Refusal, fuzzing::Received},
    domain::outcome::Reason,
};
use serde_json::Value;

/// Characters that are kept of a message, a code and a sign-in's text, and the sign that
/// more was there.
const LONGEST_MESSAGE: usize = 2001;
const LONGEST_CODE: usize = 201;
const LONGEST_TEXT: usize = 603;

const LONGEST_WAIT: Duration = Duration::from_hours(2);

/// Where a reply repeats the secret: as long as what masks it.
const REPEATED: &[u8] = b"{secret}";
/// The letter that the secret is made of, and no reply holds by itself.
const LETTER: &str = "\u{e000}";

/// Checks what the reply means to the client and to the sign-in.
pub(crate) fn check(bytes: &[u8]) {
    let secret = LETTER.repeat(24);
    let received = received(bytes, &secret);
    let error = received.as_reply().unwrap_err();
    status_decides_whom_it_concerns(received.status, &error);
    waits_as_told(&received, &error);
    words_are_few(&error);
    a_code_is_the_service_s_own(received.body, &error);
    let refusal = received.as_refused_sign_in();
    if let Some(refusal) = &refusal {
        sign_in_says_one_line(refusal);
    }
    let read = (error, refusal);
    encodings_make_no_difference(&received, &read);
    the_secret_is_masked(&received, &read);
}

/// The reply in these bytes; whatever is missing in them has a default.
fn received<'a>(bytes: &'a [u8], secret: &'a str) -> Received<'a> {
    let end = bytes.windows(2).position(|two| two == b"\n\n");
    let (head, body) = end.map_or((&[][..], bytes), |at| (&bytes[..at], &bytes[at + 2..]));
    let field = |name: &[u8]| {
        let mut lines = head.split(|&byte| byte == b'\n');
        lines.find_map(|line| line.strip_prefix(name))
    };
    let status = field(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
    let status = status.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
    Received {
        status: status
            .filter(|status| (300..=599).contains(status))
            .unwrap_or(500),
        retry_after: field(b"Retry-After: "),
        date: field(b"Date: "),
        content_type: field(b"Content-Type: "),
        body,
        secret,
    }
}

fn status_decides_whom_it_concerns(status: u16, error: &CallError) {
    assert_eq!(error.failure.http_status, Some(status));
    assert_eq!(error.is_foreign, error.failure.code.is_none());
    let (class, reason) = (error.class, error.failure.reason);
    let is_call = matches!(class, Class::Retryable(_));
    let as_it_should = match status {
        300..=399 => is_call && reason == Reason::BadReply,
        401 if error.is_foreign && class == Class::TokenRejected => reason == Reason::BadReply,
        401 => {
            matches!(class, Class::TokenRejected | Class::RunRefused) && reason == Reason::Refused
        }
        407 => class == Class::RunRefused && reason == Reason::Refused,
        408 => is_call && reason == Reason::Timeout,
        429 => matches!(class, Class::Throttled(_)) && reason == Reason::Throttled,
        500..=599 => is_call && reason == Reason::ServerError,
        // Only the service's own envelope speaks about a machine or the run.
        _ if error.is_foreign => is_call && reason == Reason::BadReply,
        403 => class == Class::RunRefused && reason == Reason::Refused,
        404 => class == Class::NotFound && reason == Reason::NotFound,
        _ => class == Class::MachineRefused && reason == Reason::Refused,
    };
    assert!(as_it_should, "{status}: {error:?}");
}

fn waits_as_told(received: &Received<'_>, error: &CallError) {
    let (Class::Retryable(wait) | Class::Throttled(wait)) = error.class else {
        return;
    };
    assert!(wait.is_none_or(|wait| wait <= LONGEST_WAIT));
    assert!(wait.is_none() || received.retry_after.is_some());
    if let Some(seconds) = received.retry_after.and_then(seconds) {
        assert_eq!(wait, Some(Duration::from_secs(seconds).min(LONGEST_WAIT)));
    }
}

/// The seconds in a field that holds a number, and nothing that takes judging.
fn seconds(field: &[u8]) -> Option<u64> {
    let digits = str::from_utf8(field).ok()?.trim_matches(' ');
    let few = digits.len() < 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    few.then(|| digits.parse().ok())?
}

fn words_are_few(error: &CallError) {
    let failure = &error.failure;
    let within = |text: &str, longest| (1..=longest).contains(&text.chars().count());
    assert!(within(&failure.message, LONGEST_MESSAGE), "{failure:?}");
    for code in [&failure.code, &failure.correlation_id]
        .into_iter()
        .flatten()
    {
        assert!(within(code, LONGEST_CODE), "{code}");
    }
}

/// Whether a refusal is the service's own is told by its code.
fn a_code_is_the_service_s_own(body: &[u8], error: &CallError) {
    if let Ok(body) = serde_json::from_slice::<Value>(body) {
        let code = body.pointer("/error/code");
        assert!(error.failure.code.is_none() || code.is_some_and(|code| !code.is_null()));
    }
}

fn sign_in_says_one_line(refusal: &Refusal) {
    assert!(!refusal.text.is_empty(), "{refusal:?}");
    let texts = [&refusal.error, &refusal.correlation_id];
    for text in texts.into_iter().flatten().chain([&refusal.text]) {
        assert!(text.chars().count() <= LONGEST_TEXT);
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

/// A body that is JSON comes to the same in every encoding, and with padding around it.
fn encodings_make_no_difference(received: &Received<'_>, read: &(CallError, Option<Refusal>)) {
    let text = str::from_utf8(received.body).ok();
    let text = text.filter(|text| serde_json::from_str::<Value>(text).is_ok());
    let Some(text) = text.filter(|text| text.trim().len() > 1) else {
        return;
    };
    let marked = format!("\u{feff}{text}");
    for body in [
        marked.clone().into_bytes(),
        format!("\0 {marked}\r\n\0").into_bytes(),
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        let encoded = Received {
            body: &body,
            ..*received
        };
        let error = encoded.as_reply().unwrap_err();
        assert_eq!((error, encoded.as_refused_sign_in()), *read);
    }
}

/// A reply that repeats the secret comes to the same as one that says `[secret]`.
fn the_secret_is_masked(received: &Received<'_>, read: &(CallError, Option<Refusal>)) {
    let unlike = |read: &(CallError, Option<Refusal>)| {
        let text = format!("{read:?}");
        text.replace('{', "[").replace('}', "]")
    };
    let expected = unlike(read);
    let body = replaced(received.body, REPEATED, received.secret.as_bytes());
    let may_be_foreign = str::from_utf8(received.body).is_err() || received.body.contains(&0);
    if expected.contains("e000") || body == received.body || may_be_foreign {
        return;
    }
    let repeating = Received {
        body: &body,
        ..*received
    };
    let error = repeating.as_reply().unwrap_err();
    let read = (error, repeating.as_refused_sign_in());
    assert_eq!(unlike(&read), expected);
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut replaced = Vec::with_capacity(bytes.len());
    while let Some((&first, after)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(from) {
            replaced.extend_from_slice(to);
            rest = behind;
        } else {
            replaced.push(first);
            rest = after;
        }
    }
    replaced
}
