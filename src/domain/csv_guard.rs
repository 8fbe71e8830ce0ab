//! Protects against formula injection: a spreadsheet that opens a CSV file runs text that looks like a
//! formula.
//!
//! A cell may start in more places than at the start of a text. Where the list separator is a
//! semicolon (in German, French and many other Excels), every `;` within a text starts a cell, and a
//! quote in the middle of a line no longer quotes: a line feed then starts a row. The same applies
//! to a file opened as tab-separated, and to a column that is split again ("Text to Columns").
//! Characters before the sign give no protection: spreadsheets strip white space and quotes, and may
//! strip invisible characters. Japanese and Chinese editions treat full-width signs as ASCII ones.

use std::borrow::Cow;

use crate::domain::invisible::is_invisible;

/// The text with a `'` before each sign that could start a formula, wherever a spreadsheet may
/// start a cell. Harmless text is returned unchanged.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    let positions = positions(text);
    if positions.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut guarded = String::with_capacity(text.len() + positions.len());
    let mut copied = 0;
    for position in positions {
        guarded.push_str(&text[copied..position]);
        guarded.push('\'');
        copied = position;
    }
    guarded.push_str(&text[copied..]);
    Cow::Owned(guarded)
}

/// The positions where the guard is inserted.
fn positions(text: &str) -> Vec<usize> {
    let mut positions = Vec::new();
    // Tabs and carriage returns that start a cell. Some readers consider a cell unsafe because it
    // starts with one, so these are guarded too if a formula follows.
    let mut before = Vec::new();
    let (mut begins_here, mut may_begin) = (true, true);
    for (position, character) in text.char_indices() {
        if begins_here && matches!(character, '\t' | '\r') {
            let list = if position == 0 {
                &mut positions
            } else {
                &mut before
            };
            list.push(position);
        }
        if may_begin && is_sign(character) {
            positions.append(&mut before);
            positions.push(position);
        }
        begins_here = is_separator(character);
        may_begin = begins_here || may_begin && is_skipped(character);
        if !may_begin {
            before.clear();
        }
    }
    positions
}

/// The characters that start a formula: ASCII, full-width, small, superscript and subscript signs,
/// and the minus sign.
const fn is_sign(character: char) -> bool {
    matches!(
        character,
        '=' | '+'
            | '-'
            | '@'
            | '＝'
            | '＋'
            | '－'
            | '＠'
            | '﹦'
            | '﹢'
            | '﹣'
            | '﹫'
            | '⁼'
            | '⁺'
            | '⁻'
            | '₌'
            | '₊'
            | '₋'
            | '−'
    )
}

/// The characters that end a cell in at least one reader: separators and line ends.
const fn is_separator(character: char) -> bool {
    matches!(
        character,
        ',' | ';' | '|' | '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// The characters that may precede the sign at the start of a cell.
fn is_skipped(character: char) -> bool {
    character == '"'
        || character.is_whitespace()
        || character.is_control()
        || is_invisible(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leading_formula_sign_is_guarded() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("==1", "'==1"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A1", "'＠A1"),
            ("﹦1", "'﹦1"),
            ("−1", "'−1"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("\ttext", "'\ttext"),
            ("\rtext", "'\rtext"),
        ] {
            assert_eq!(guarded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn formula_sign_after_trimmed_characters_is_guarded() {
        for before in [
            " ", "\u{a0}", "\u{3000}", "\u{200b}", "\u{feff}", "\u{ad}", "\u{202e}", "\u{2060}",
            "\u{0}", "\u{7f}", "\"", " \" ", "\n", "\r\n", "\u{b}",
        ] {
            let first = if before.starts_with('\r') { "'" } else { "" };
            let expected = format!("{first}{before}'=1");
            assert_eq!(guarded(&format!("{before}=1")), expected, "{before:?}");
            assert!(guarded(&format!("x;{before}=1")).ends_with("'=1"));
        }
    }

    #[test]
    fn formula_sign_after_a_separator_is_guarded() {
        for separator in [
            ";",
            ",",
            "|",
            "\n",
            "\r\n",
            "\u{85}",
            "\u{2028}",
            "\u{b}",
            "\u{c}",
            ";;",
            ", ",
            ";\"",
            "; \u{200b}",
            "\n\n",
        ] {
            for sign in ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "−"] {
                let text = format!("x{separator}{sign}6*7;y");
                let expected = format!("x{separator}'{sign}6*7;y");
                assert_eq!(guarded(&text), expected, "{text:?}");
            }
        }
        for (text, expected) in [
            ("x;=1;-2,@a", "x;'=1;'-2,'@a"),
            ("x\t=1", "x\t'=1"),
            ("x\t\t=1", "x\t'\t'=1"),
            ("x;\r=1", "x;'\r'=1"),
        ] {
            assert_eq!(guarded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn harmless_text_is_unchanged() {
        for text in [
            "",
            "a=1",
            "a-b",
            "a -b",
            "web-01",
            "2026-11-29",
            "x; y",
            "C++",
            "C++; C#",
            "Win+R",
            "Ctrl + C",
            "admin@contoso.com",
            "a@b.example; c@d.example, e@f.example",
            "https://www.catalog.update.microsoft.com/Search.aspx?q=KB4540673&a=-1",
            "Smith, John",
            "one | two",
            "two\nlines",
            "two\r\n\r\nparagraphs",
            "one\t\ttwo",
            "'=1",
            "x;'=1",
            "(=1)",
            "5 - 3 = 2",
            "Zürich 東京 👩\u{200d}💻",
        ] {
            assert!(matches!(guarded(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn guarding_is_idempotent_and_only_adds_quotes(
            text in "([=+@;,|\"' \t\r\n\u{a0}\u{200b}＝a-]|\\PC){0,16}",
        ) {
            let once = guarded(&text).into_owned();
            prop_assert_eq!(once.replace('\'', ""), text.replace('\'', ""));
            prop_assert_eq!(guarded(&once), once.as_str());
        }
    }
}
