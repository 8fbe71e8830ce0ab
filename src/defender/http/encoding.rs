//! Decodes bodies of any encoding.
//!
//! Everything read from the network passes through here once: answers, errors and the sign-in. Code
//! after this sees UTF-8 without a byte order mark.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Longer bodies are not decoded: decoding may triple their size, and the service itself sends
/// UTF-8.
const LONGEST_DECODED: usize = 8 << 20;

/// The body as UTF-8, without a byte order mark and without surrounding white space and NULs. If
/// the body is UTF-8 itself, invalid bytes are kept: an answer with such bytes is damaged.
pub(in crate::defender) fn as_utf8(content_type: Option<&[u8]>, body: Vec<u8>) -> Vec<u8> {
    match foreign_encoding(content_type, &body) {
        Some(encoding) => without_padding(encoding.decode(&body).0.into_owned().into_bytes()),
        None => without_padding(body),
    }
}

/// The encoding to decode from; `None` for UTF-8. The bytes count more than the header: gateways
/// label UTF-8 with their own default.
fn foreign_encoding(content_type: Option<&[u8]>, body: &[u8]) -> Option<&'static Encoding> {
    let encoding = match body {
        [0xFF, 0xFE, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] => UTF_16BE,
        // JSON and HTML start with ASCII, so in UTF-16 every other byte is NUL.
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => UTF_16LE,
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => UTF_16BE,
        _ => declared(content_type?).filter(|_| str::from_utf8(body).is_err())?,
    };
    (body.len() <= LONGEST_DECODED).then_some(encoding)
}

/// The single-byte or multi-byte encoding in the header, if it is a known one. Not UTF-16, which is
/// recognised by its bytes.
fn declared(content_type: &[u8]) -> Option<&'static Encoding> {
    let mut parameters = content_type.split(|&byte| byte == b';').skip(1);
    let label = parameters.find_map(|parameter| {
        let at = parameter.iter().position(|&byte| byte == b'=')?;
        let (name, value) = (&parameter[..at], &parameter[at + 1..]);
        let is_charset = name.trim_ascii().eq_ignore_ascii_case(b"charset");
        is_charset.then(|| unquoted(value.trim_ascii()))
    })?;
    Encoding::for_label(label).filter(|encoding| ![UTF_8, UTF_16LE, UTF_16BE].contains(encoding))
}

fn unquoted(value: &[u8]) -> &[u8] {
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
    let start = value.iter().take_while(|byte| is_quote(byte)).count();
    let value = &value[start..];
    let end = value.iter().rev().take_while(|byte| is_quote(byte)).count();
    &value[..value.len() - end]
}

/// A body without padding, as is usual, is not copied.
fn without_padding(mut body: Vec<u8>) -> Vec<u8> {
    let is_padding = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let at_end = body.iter().rev().take_while(|byte| is_padding(byte));
    body.truncate(body.len() - at_end.count());
    let mut rest = &body[..];
    loop {
        let padding = rest.iter().take_while(|byte| is_padding(byte)).count();
        let after = &rest[padding..];
        let after = after.strip_prefix(UTF_8_MARK).unwrap_or(after);
        if after.len() == rest.len() {
            break;
        }
        rest = after;
    }
    let start = body.len() - rest.len();
    body.drain(..start);
    body
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = r#"{"error":{"code":"Forbidden","message":"Zugang für 東京 verweigert"}}"#;
    const LATIN: &str = r#"{"error":{"code":"Forbidden","message":"Zugang für alle verweigert"}}"#;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[track_caller]
    fn check(content_type: Option<&str>, body: &[u8], expected: &str) {
        let read = as_utf8(content_type.map(str::as_bytes), body.to_owned());
        let shown = String::from_utf8_lossy(&read);
        assert_eq!(shown, expected, "{content_type:?} {body:?}");
    }

    #[test]
    fn byte_order_marks_and_padding_are_removed() {
        for before in [
            "",
            "\u{feff}",
            "\u{feff}\u{feff}",
            " \r\n\t",
            "\r\n\u{feff} ",
            "\0",
            "\0\0\0",
            "\0\u{feff}\0 ",
        ] {
            for after in ["", "\r\n", "\0", " \0\0\n"] {
                let body = format!("{before}{TEXT}{after}");
                check(None, body.as_bytes(), TEXT);
                check(Some("application/json"), body.as_bytes(), TEXT);
            }
        }
        for nothing in ["", " ", "\0\0", "\u{feff}", "\u{feff}\r\n"] {
            check(None, nothing.as_bytes(), "");
        }
    }

    #[test]
    fn utf_16_is_recognised_despite_the_header() {
        for mark in ["", "\u{feff}"] {
            for content_type in [
                None,
                Some("application/json"),
                Some("application/json; charset=utf-8"),
                Some("application/json; charset=utf-16"),
                Some("text/plain;charset=UTF-16BE"),
            ] {
                for before in ["", " \r\n"] {
                    let text = format!("{mark}{before}{TEXT}\r\n");
                    check(content_type, &utf16(&text, u16::to_le_bytes), TEXT);
                    check(content_type, &utf16(&text, u16::to_be_bytes), TEXT);
                }
            }
        }
        check(None, &utf16("{}", u16::to_le_bytes), "{}");
    }

    #[test]
    fn declared_encoding_is_used_if_the_body_is_not_utf_8() {
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(LATIN);
        for charset in [
            "charset=iso-8859-1",
            "Charset=\"ISO-8859-1\"",
            "charset='windows-1252'",
            "boundary=x; charset = latin1 ",
            "charset=us-ascii",
        ] {
            let content_type = format!("application/json; {charset}");
            check(Some(&content_type), &latin, LATIN);
            check(Some(&content_type), TEXT.as_bytes(), TEXT);
        }
        let (shift_jis, ..) = encoding_rs::SHIFT_JIS.encode("{\"a\":\"東京\"}");
        check(
            Some("text/json;charset=shift_jis"),
            &shift_jis,
            "{\"a\":\"東京\"}",
        );
    }

    #[test]
    fn unknown_encoding_is_ignored() {
        for content_type in [
            "",
            "text/plain",
            "application/json; charset=",
            "application/json; charset=klingon",
            "application/json; charset",
            ";;;=;",
            "charset=iso-8859-1",
        ] {
            check(Some(content_type), TEXT.as_bytes(), TEXT);
            let damaged = as_utf8(Some(content_type.as_bytes()), b"{\"a\":\"\xE4\"}".to_vec());
            assert!(str::from_utf8(&damaged).is_err(), "{content_type}");
        }
    }

    #[test]
    fn very_large_body_is_not_decoded() {
        let mut flood = b"\xFF\xFE".to_vec();
        flood.resize(LONGEST_DECODED + 1, b'x');
        assert_eq!(as_utf8(None, flood.clone()), flood);
    }

    proptest! {
        #[test]
        fn utf_8_text_is_unchanged(text in ".*", content_type: Option<Vec<u8>>) {
            // Alternating NULs and letters would be UTF-16.
            prop_assume!(!text.contains('\0'));
            let read = as_utf8(content_type.as_deref(), text.clone().into_bytes());
            let read = String::from_utf8(read).unwrap();
            let is_padding = |letter: char| letter.is_ascii_whitespace() || letter == '\u{feff}';
            prop_assert_eq!(
                read.trim_end_matches(is_padding),
                text.trim_start_matches(is_padding).trim_end_matches(is_padding)
            );
        }

        #[test]
        fn any_bytes_are_decoded(content_type: Option<Vec<u8>>, body: Vec<u8>) {
            let once = as_utf8(content_type.as_deref(), body);
            prop_assert!(!once.first().is_some_and(u8::is_ascii_whitespace));
            prop_assert!(!once.starts_with(UTF_8_MARK));
        }
    }
}
