//! The guard against formulas: a spreadsheet that opens a CSV file runs what looks like one.
//!
//! A cell begins in more places than at the beginning of a text. Where the list separator is a
//! semicolon (German, French and many other Excels), every `;` within a text begins a cell, and a
//! quote in the middle of a line no longer quotes: a line feed begins a row then. The same holds
//! for a file opened as tab-separated, and for a column that is split once more ("Text to
//! Columns"). What stands before the sign does not help: white space and quotes are taken off, and
//! what is invisible may be. Japanese and Chinese editions take wide signs for narrow ones.

use std::borrow::Cow;

use crate::domain::invisible::is_invisible;

/// The text with a `'` before each sign that could be the first of a formula, wherever a
/// spreadsheet may begin a cell. Harmless text stays as it is.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    let places = places(text);
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut guarded = String::with_capacity(text.len() + places.len());
    let mut copied = 0;
    for place in places {
        guarded.push_str(&text[copied..place]);
        guarded.push('\'');
        copied = place;
    }
    guarded.push_str(&text[copied..]);
    Cow::Owned(guarded)
}

/// Where the guard goes.
fn places(text: &str) -> Vec<usize> {
    let mut places = Vec::new();
    // Tabs and carriage returns that begin a cell: some readers take a cell for unsafe because it
    // begins with one, so these are guarded, too, if a formula follows.
    let mut before = Vec::new();
    let (mut begins_here, mut may_begin) = (true, true);
    for (place, character) in text.char_indices() {
        if begins_here && matches!(character, '\t' | '\r') {
            let list = if place == 0 { &mut places } else { &mut before };
            list.push(place);
        }
        if may_begin && is_sign(character) {
            places.append(&mut before);
            places.push(place);
        }
        begins_here = is_separator(character);
        may_begin = begins_here || may_begin && is_skipped(character);
        if !may_begin {
            before.clear();
        }
    }
    places
}

/// What begins a formula: narrow, wide, small, raised and lowered signs, and the minus sign.
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

/// What ends a cell in one reader or another: separators and line ends.
const fn is_separator(character: char) -> bool {
    matches!(
        character,
        ',' | ';' | '|' | '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// What may stand between the beginning of a cell and the sign.
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
    fn a_text_that_begins_with_a_sign_is_guarded() {
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
    fn so_is_one_behind_what_is_taken_off() {
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
    fn so_is_one_behind_anything_that_may_end_a_cell() {
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
    fn harmless_text_stays() {
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
        fn it_adds_nothing_but_guards_and_those_once(
            text in "([=+@;,|\"' \t\r\n\u{a0}\u{200b}＝a-]|\\PC){0,16}",
        ) {
            let once = guarded(&text).into_owned();
            prop_assert_eq!(once.replace('\'', ""), text.replace('\'', ""));
            prop_assert_eq!(guarded(&once), once.as_str());
        }
    }
}
