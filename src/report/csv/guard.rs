//! The guard against formulae: a spreadsheet that opens a CSV file runs what looks like one.

use std::borrow::Cow;

/// How a text begins that a spreadsheet may take for a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text, with a `'` before it when a spreadsheet might run it.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_STARTS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_run_is_guarded() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("", ""),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
        ] {
            assert_eq!(guarded(text), expected, "{text:?}");
        }
    }
}
