//! What holds for whatever comes as the body of an answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    str,
    sync::Arc,
};

use patchgap::{
    defender::{AnswerBody, CallError, Class, fuzzing::Received},
    domain::{
        kb::{KbId, MissingKb, MissingKbs},
        outcome::Reason,
    },
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// Characters of a message that are kept, and the sign that more was there.
const LONGEST_MESSAGE: usize = 2001;

/// Checks what the body is read as.
pub(crate) fn check(body: &[u8]) {
    match read(body) {
        Ok(page) => {
            let text = plain(body);
            nothing_is_read_into_it(&text, &page);
            each_update_is_tidy(&page);
            each_kb_is_missing_once(&text, &page.missing);
            a_part_is_no_answer(&text);
            surroundings_make_no_difference(&text, &page);
            encodings_make_no_difference(&text, &page);
        }
        Err(error) => concerns_this_call(&error),
    }
}

fn read(body: &[u8]) -> Result<AnswerBody, CallError> {
    let received = Received {
        status: 200,
        retry_after: None,
        date: None,
        content_type: None,
        body,
        secret: "header.payload.signature",
    };
    received.as_reply()
}

/// A mark that says how a text is encoded.
const MARK: char = '\u{feff}';

/// The text of a body that is an answer, by means of the standard library alone.
fn plain(body: &[u8]) -> Vec<u8> {
    let units = |from: fn([u8; 2]) -> u16| body.chunks_exact(2).map(move |it| from([it[0], it[1]]));
    let text = match body {
        [0xFF, 0xFE, ..] | [1..=255, 0, 1..=255, 0, ..] => text_of(units(u16::from_le_bytes)),
        [0xFE, 0xFF, ..] | [0, 1..=255, 0, 1..=255, ..] => text_of(units(u16::from_be_bytes)),
        _ => String::from_utf8(body.to_owned()).unwrap(),
    };
    let is_padding = |letter: char| letter.is_ascii_whitespace() || letter == '\0';
    let text = text.trim_start_matches(|letter| is_padding(letter) || letter == MARK);
    text.trim_end_matches(is_padding).into()
}

fn text_of(units: impl Iterator<Item = u16>) -> String {
    let letters = char::decode_utf16(units);
    letters
        .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The least that an answer is: without a list, nothing is known to be missing.
#[derive(Deserialize)]
struct Least {
    value: Vec<BTreeMap<String, Option<IgnoredAny>>>,
    error: Option<IgnoredAny>,
}

fn nothing_is_read_into_it(body: &[u8], page: &AnswerBody) {
    assert_eq!(body.first(), Some(&b'{'));
    let least: Least = serde_json::from_slice(body).unwrap();
    assert!(page.missing.len() <= least.value.len());
    assert_eq!(page.missing.is_empty(), least.value.is_empty());
    assert!(least.error.is_none());
}

fn each_update_is_tidy(page: &AnswerBody) {
    let blank = |text: &str| text.trim().is_empty();
    assert!(!page.next.as_deref().is_some_and(blank));
    for kb in &page.missing {
        assert_eq!(kb.id.as_str(), kb.id.as_str().trim());
        let texts = [&kb.name, &kb.url, &kb.os_build].into_iter().flatten();
        assert!(!texts.chain(&kb.products).any(|text| blank(text)));
        assert!(kb.products.is_sorted_by(|one, next| one < next));
    }
}

/// The answer's items, each as an answer of its own.
#[derive(Deserialize)]
struct Items<'body> {
    #[serde(borrow)]
    value: Vec<&'body RawValue>,
}

fn as_they_came(body: &[u8]) -> Vec<Arc<MissingKb>> {
    let items: Items<'_> = serde_json::from_slice(body).unwrap();
    let alone = items.value.into_iter().map(|item| {
        let page = read(format!("{{\"value\":[{item}]}}").as_bytes()).unwrap();
        assert_eq!(page.missing.len(), 1);
        Arc::clone(&page.missing[0])
    });
    alone.collect()
}

fn each_kb_is_missing_once(body: &[u8], missing: &MissingKbs) {
    assert!(missing.is_sorted_by(|one, next| one.id < next.id));
    let reported = as_they_came(body);
    assert_eq!(MissingKbs::from(reported.clone()), *missing);
    let backwards: MissingKbs = reported.iter().rev().cloned().collect();
    assert_eq!(backwards, *missing, "in another order");
    let again: MissingKbs = missing.iter().chain(missing).cloned().collect();
    assert_eq!(again, *missing, "once more");

    let mut most: BTreeMap<&KbId, (u64, BTreeSet<_>)> = BTreeMap::new();
    for kb in &reported {
        let (cves, products) = most.entry(&kb.id).or_default();
        *cves = kb.cve_addressed.max(*cves);
        products.extend(&kb.products);
    }
    assert_eq!(most.len(), missing.len());
    for kb in missing {
        let products = kb.products.iter().collect();
        assert_eq!(most.get(&kb.id), Some(&(kb.cve_addressed, products)));
    }
}

fn a_part_is_no_answer(body: &[u8]) {
    for cut in [1, body.len() / 3, body.len() / 2, body.len() - 1] {
        assert!(read(&body[..cut]).is_err(), "the first {cut} bytes");
    }
}

fn surroundings_make_no_difference(body: &[u8], page: &AnswerBody) {
    for (before, after) in [
        (&b" \r\n"[..], &b"\t\n"[..]),
        (b"\xEF\xBB\xBF", b""),
        (b"\r\n\xEF\xBB\xBF ", b"\0"),
        (b"\0\0\0", b"\0\n"),
    ] {
        let surrounded = [before, body, after].concat();
        assert_eq!(read(&surrounded).as_ref(), Ok(page));
    }
}

fn encodings_make_no_difference(body: &[u8], page: &AnswerBody) {
    let text = str::from_utf8(body).unwrap();
    for marked in [text.to_owned(), format!("{MARK}{text}")] {
        let units = || marked.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&little).as_ref(), Ok(page));
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&big).as_ref(), Ok(page));
    }
}

fn concerns_this_call(error: &CallError) {
    assert_eq!(error.class, Class::Retryable(None));
    let failure = &error.failure;
    assert_eq!(failure.reason, Reason::BadReply);
    assert_eq!(failure.http_status, Some(200));
    assert!((1..=LONGEST_MESSAGE).contains(&failure.message.chars().count()));
}
