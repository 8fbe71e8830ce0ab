//! Quotation marks that shells, editors and environment files leave around a value. For example, Docker keeps those of
//! `NAME="value"`.

/// The text without a surrounding pair of quotation marks, plain or typographic.
pub(crate) fn unquoted(text: &str) -> &str {
    let inside = || text.strip_prefix(is_quote)?.strip_suffix(is_quote);
    let mut ends = [text.chars().next(), text.chars().next_back()].into_iter();
    let are_alike = ends.all(|end| end.is_some_and(is_single))
        || !text.starts_with(is_single) && !text.ends_with(is_single);
    inside().filter(|_| are_alike).unwrap_or(text)
}

/// Whether the text begins or ends with a quotation mark.
pub(crate) fn has_quote_at_an_end(text: &str) -> bool {
    text.starts_with(is_quote) || text.ends_with(is_quote)
}

fn is_quote(letter: char) -> bool {
    is_single(letter) || matches!(letter, '"' | '\u{ab}' | '\u{bb}' | '\u{201c}'..='\u{201f}')
}

fn is_single(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '\u{2018}'..='\u{201b}' | '\u{2039}' | '\u{203a}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pair_of_quotes_is_removed() {
        for (text, expected) in [
            ("\"abc\"", "abc"),
            ("'abc'", "abc"),
            ("\u{201c}abc\u{201d}", "abc"),
            ("\u{201e}abc\u{201c}", "abc"),
            ("\u{2018}abc\u{2019}", "abc"),
            ("\u{ab}abc\u{bb}", "abc"),
            ("\"\"", ""),
            ("\"'abc'\"", "'abc'"),
            ("abc", "abc"),
            ("\"abc", "\"abc"),
            ("abc'", "abc'"),
            ("'abc\"", "'abc\""),
            ("\"", "\""),
            ("", ""),
            ("a\"b\"c", "a\"b\"c"),
        ] {
            assert_eq!(unquoted(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quote_at_one_end_is_detected() {
        for (text, expected) in [
            ("\"a", true),
            ("a\u{201d}", true),
            ("a'b", false),
            ("", false),
        ] {
            assert_eq!(has_quote_at_an_end(text), expected, "{text:?}");
        }
    }
}
