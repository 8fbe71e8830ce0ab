//! Parses a secret in the forms in which people and programs store it: quoted, in UTF-16, with line
//! ends.
//!
//! A secret made by Entra consists of letters, digits and a few punctuation characters. So anything
//! around it can be trimmed, and a text that cannot be a secret is refused with the reason, without
//! repeating the text.

use secrecy::SecretString;
use thiserror::Error;

use crate::domain::{
    invisible::is_invisible,
    quotes::{has_quote_at_an_end, unquoted},
    stored_text::stored_text,
};

/// The maximum length in bytes; no secret is longer.
pub(super) const LONGEST: u64 = 64 * 1024;

/// Why a text cannot be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecretProblem {
    /// It has more than one line.
    #[error("contains several lines")]
    Lines,
    /// It has a quotation mark at one end.
    #[error("has a quotation mark at only one end")]
    Quote,
    /// It contains a control character.
    #[error("contains a control character, such as NUL or a tab")]
    Control,
    /// It is an assignment from a shell or an environment file.
    #[error("contains a variable name as well as the secret")]
    Assignment,
    /// It is not text in a supported encoding.
    #[error("is neither UTF-8 nor UTF-16 text")]
    NotText,
    /// It is too long.
    #[error("is too large for a secret")]
    TooLarge,
}

impl SecretProblem {
    /// What to do about it.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Lines | Self::TooLarge => {
                "it must contain the secret and nothing else, on one line"
            }
            Self::Quote => {
                "remove the quotation mark, or add one at the other end: it is not \
                 part of the secret"
            }
            Self::Control => "save the secret again as plain UTF-8 text on one line",
            Self::Assignment => {
                "it must contain only the secret's value, without `AZURE_CLIENT_SECRET=`"
            }
            Self::NotText => {
                "save the secret again as plain text; in Windows PowerShell: \
                 Set-Content -Encoding ascii"
            }
        }
    }
}

/// Parses the secret in a text; `None` if it is empty.
pub(super) fn from_text(text: &str) -> Result<Option<SecretString>, SecretProblem> {
    let text = unquoted(text.trim_matches(is_surrounding)).trim_matches(is_surrounding);
    if text.contains(['\r', '\n']) {
        return Err(SecretProblem::Lines);
    }
    if text.contains(char::is_control) {
        return Err(SecretProblem::Control);
    }
    if has_quote_at_an_end(text) {
        return Err(SecretProblem::Quote);
    }
    if is_assignment(text) {
        return Err(SecretProblem::Assignment);
    }
    Ok(Some(text).filter(|text| !text.is_empty()).map(Into::into))
}

/// Parses the secret in the bytes of a file; `None` if it is empty.
pub(super) fn from_bytes(bytes: &[u8]) -> Result<Option<SecretString>, SecretProblem> {
    if bytes.len() as u64 > LONGEST {
        return Err(SecretProblem::TooLarge);
    }
    let text = stored_text(bytes).ok_or(SecretProblem::NotText)?;
    from_text(&text)
}

/// Whether this character may surround a secret without being part of it.
fn is_surrounding(letter: char) -> bool {
    letter == '\0' || letter.is_whitespace() || is_invisible(letter)
}

fn is_assignment(text: &str) -> bool {
    let text = text
        .trim_start_matches("export ")
        .trim_start_matches("set ");
    let name = text.split_once('=').map(|(name, _)| name.trim());
    name.is_some_and(|name| name.eq_ignore_ascii_case("AZURE_CLIENT_SECRET"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const SECRET: &str = "Ab1~x.y_z-Q8";

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    fn read(bytes: &[u8]) -> Result<Option<String>, SecretProblem> {
        let secret = from_bytes(bytes)?;
        Ok(secret.map(|secret| secret.expose_secret().to_owned()))
    }

    #[test]
    fn surrounding_whitespace_and_quotes_are_not_part_of_a_secret() {
        let le = u16::to_le_bytes;
        let be = u16::to_be_bytes;
        for bytes in [
            SECRET.into(),
            format!("{SECRET}\n").into(),
            format!("\u{feff}{SECRET}\r\n\r\n").into(),
            format!("  {SECRET}\t").into(),
            format!("{SECRET}\0").into(),
            format!("\"{SECRET}\"\n").into(),
            format!("'{SECRET}'\r\n").into(),
            format!("\u{201c}{SECRET}\u{201d}").into(),
            format!("\" {SECRET} \"").into(),
            utf16(&format!("\u{feff}{SECRET}\r\n"), le),
            utf16(&format!("\u{feff}{SECRET}\r\n"), be),
            utf16(&format!("\u{feff}\"{SECRET}\"\r\n"), le),
            utf16(&format!("{SECRET}\r\n"), le),
            utf16(SECRET, be),
        ] {
            let bytes: Vec<u8> = bytes;
            assert_eq!(read(&bytes), Ok(Some(SECRET.to_owned())), "{bytes:?}");
        }
        // These are valid in a secret.
        for text in ["a b", "a=b", "a\"b", "käse", "=", "AZURE=b"] {
            assert_eq!(read(text.as_bytes()), Ok(Some(text.to_owned())));
        }
    }

    #[test]
    fn empty_text_is_not_a_secret() {
        for text in ["", "\r\n", " ", "\u{feff}", "\"\"", "''\n", "\0"] {
            assert_eq!(read(text.as_bytes()), Ok(None), "{text:?}");
        }
        assert_eq!(read(b"\xff\xfe\r\0\n\0"), Ok(None));
    }

    #[test]
    fn impossible_secrets_are_refused_with_their_problem() {
        use SecretProblem::{Assignment, Control, Lines, NotText, Quote, TooLarge};
        for (bytes, problem) in [
            (&b"one\ntwo"[..], Lines),
            (b"# comment\r\nAZURE_CLIENT_SECRET=x", Lines),
            (b"one\rtwo", Lines),
            (b"\"one", Quote),
            (b"one'", Quote),
            ("\u{201c}one".as_bytes(), Quote),
            (b"on\0e", Control),
            (b"on\te", Control),
            (b"on\x1be", Control),
            (b"on\x7fe", Control),
            (b"AZURE_CLIENT_SECRET=one", Assignment),
            (b"export AZURE_CLIENT_SECRET=one", Assignment),
            (b"azure_client_secret = one", Assignment),
            (b"on\xffe", NotText),
            (b"\xff\xfeo\0n", NotText),
            ("a".repeat(70_000).as_bytes(), TooLarge),
        ] {
            assert_eq!(read(bytes), Err(problem), "{problem:?}");
            assert!(!problem.hint().is_empty());
        }
    }
}
