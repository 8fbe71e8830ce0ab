//! Makes text from outside safe to print on a terminal.
//!
//! The name of a machine or an update may contain sequences that move the cursor, set colours,
//! retitle the window or reverse the reading direction, so that a line appears to say something
//! else. Files keep such text unchanged. A terminal must not receive it.

use std::{iter::Peekable, str::Chars};

use crate::domain::invisible::{is_invisible, shapes_its_neighbours};

/// The text on one line, without control characters, escape sequences and invisible formatting
/// characters.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut rest),
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => plain.push(' '),
            _ if character.is_control() || is_unseen(character) => {}
            _ => plain.push(character),
        }
    }
    plain
}

/// Invisible characters that change how a text reads. Joiners are kept, because scripts and emoji
/// need them.
const fn is_unseen(character: char) -> bool {
    is_invisible(character) && !shapes_its_neighbours(character)
}

fn skip_escape(rest: &mut Peekable<Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_control_sequence(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        _ => {
            skip_while(rest, |character| matches!(character, ' '..='/'));
            rest.next_if(|character| matches!(character, '0'..='~'));
        }
    }
}

/// Skips the parameters and the final character of a control sequence, such as `31m`.
fn skip_control_sequence(rest: &mut Peekable<Chars<'_>>) {
    skip_while(rest, |character| matches!(character, ' '..='?'));
    rest.next_if(|character| matches!(character, '@'..='~'));
}

/// Skips a string up to its terminator. Without a terminator it is not a sequence, and its text is
/// kept.
fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    let mut ahead = rest.clone();
    while let Some(character) = ahead.next() {
        let ends = match character {
            '\u{7}' | '\u{9c}' => true,
            '\u{1b}' => ahead.next_if_eq(&'\\').is_some(),
            _ => false,
        };
        if ends {
            *rest = ahead;
            return;
        }
    }
}

fn skip_while(rest: &mut Peekable<Chars<'_>>, skipped: impl Fn(&char) -> bool) {
    while rest.next_if(&skipped).is_some() {}
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terminal_control_sequences_are_removed() {
        for (text, expected) in [
            ("March 2020 Security Updates", "March 2020 Security Updates"),
            ("Zürich 東京 👩\u{200d}💻", "Zürich 東京 👩\u{200d}💻"),
            ("\u{1b}[31;1mred\u{1b}[0m", "red"),
            ("\u{9b}2Jgone", "gone"),
            ("\u{1b}]0;title\u{7}rest", "rest"),
            (
                "\u{1b}]8;;https://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\",
                "link",
            ),
            ("\u{9d}0;title\u{9c}rest", "rest"),
            ("\u{1b}P1$r\u{1b}\\rest", "rest"),
            ("\u{1b}]never ended", "never ended"),
            ("\u{1b}(Bascii", "ascii"),
            ("\u{1b}cleared", "leared"),
            ("one\r\ntwo\tthree", "one  two three"),
            ("bell\u{7}, back\u{8}, delete\u{7f}", "bell, back, delete"),
            ("abc\u{202e}txt.exe\u{202c}", "abctxt.exe"),
            ("\u{2066}isolated\u{2069}\u{200f}", "isolated"),
            ("so\u{ad}ft \u{3164}hyp\u{180e}hen", "soft hyphen"),
            ("\u{1b}", ""),
            ("\u{1b}\u{1b}[1mx", "x"),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn control_characters_are_removed(text in "(\\PC|\\pC|\u{1b}|[\\[\\]P;m\\\\\u{7}]){0,40}") {
            let plain = plain(&text);
            let steers = |character: char| character.is_control() || is_unseen(character);
            prop_assert!(!plain.contains(steers), "{:?}", plain);
        }

        #[test]
        fn printable_ascii_is_unchanged(text in "[ -~]{0,40}") {
            prop_assert_eq!(plain(&text), text);
        }
    }
}
