//! Decodes small text files in UTF-8 or UTF-16; Windows PowerShell's `>` writes the latter.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The text without its byte order mark; `None` if it is neither UTF-8 nor UTF-16.
pub(crate) fn stored_text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    // `decode` prefers a byte order mark to the guess.
    let (text, _, is_broken) = guessed(bytes).decode(bytes);
    (!is_broken).then_some(text)
}

/// Recognises UTF-16 without a byte order mark by its NULs: one byte of every pair is zero.
fn guessed(bytes: &[u8]) -> &'static Encoding {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let are_pairs = rest.is_empty() && !pairs.is_empty();
    let all = |is_wide: fn(&[u8; 2]) -> bool| are_pairs && pairs.iter().all(is_wide);
    if all(|pair| pair[0] != 0 && pair[1] == 0) {
        UTF_16LE
    } else if all(|pair| pair[0] == 0 && pair[1] != 0) {
        UTF_16BE
    } else {
        UTF_8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read_with_and_without_a_bom() {
        for (bytes, expected) in [
            (&b""[..], Some("")),
            (b"ab", Some("ab")),
            (b"\xef\xbb\xbfab", Some("ab")),
            ("ä".as_bytes(), Some("ä")),
            (b"\xff\xfea\0b\0", Some("ab")),
            (b"\xfe\xff\0a\0b", Some("ab")),
            (b"a\0b\0", Some("ab")),
            (b"\0a\0b", Some("ab")),
            (b"a\0b", Some("a\0b")),
            (b"\xff\xfea", None),
            (b"\xe4", None),
        ] {
            assert_eq!(stored_text(bytes).as_deref(), expected, "{bytes:?}");
        }
    }
}
