//! Invisible characters: text copied from a browser, a mail or a terminal often has them around ids
//! and names, and sometimes within them.

use std::borrow::Cow;

use crate::domain::invisible::is_invisible;

/// The number of letters and digits in a machine id.
const ID_LENGTH: usize = 40;

/// The text without white space and other invisible characters around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

/// Whether `letter` is invisible. An escape character is not: the sequence that it begins is text.
pub(crate) fn is_unseen(letter: char) -> bool {
    letter.is_whitespace() || has_no_width(letter)
}

/// Whether `letter` has no width, so that the text reads the same without it: control characters,
/// and those that Unicode lists as ignorable by default.
fn has_no_width(letter: char) -> bool {
    let is_control =
        matches!(letter, '\0'..='\u{8}' | '\u{e}'..='\u{1a}' | '\u{1c}'..='\u{1f}' | '\u{7f}');
    is_control || letter == '\u{2800}' || is_invisible(letter)
}

/// The text without its zero-width characters.
pub(crate) fn without_unseen(text: &str) -> Cow<'_, str> {
    if text.contains(has_no_width) {
        Cow::Owned(text.chars().filter(|&it| !has_no_width(it)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The text with each invisible character as an escape such as `\u{200b}`, except ordinary spaces,
/// tabs and line ends. In a text as long as a machine id every character that is not ASCII is
/// escaped, because it may look like a digit.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let like_an_id = text.chars().filter(|it| it.is_alphanumeric()).count() == ID_LENGTH;
    let is_hidden = |letter: char| match letter {
        ' ' | '\t' | '\n' | '\r' => false,
        _ => is_unseen(letter) || letter.is_control() || like_an_id && !letter.is_ascii(),
    };
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_hidden(letter) {
            visible.extend(letter.escape_unicode());
        } else {
            visible.push(letter);
        }
    }
    Cow::Owned(visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One character of each group.
    const UNSEEN: &[char] = &[
        ' ',
        '\t',
        '\n',
        '\r',
        '\u{0}',
        '\u{1a}',
        '\u{7f}',
        '\u{85}',
        '\u{a0}',
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{1680}',
        '\u{17b4}',
        '\u{180b}',
        '\u{180e}',
        '\u{2000}',
        '\u{2007}',
        '\u{200a}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{202f}',
        '\u{205f}',
        '\u{2060}',
        '\u{2064}',
        '\u{2065}',
        '\u{2066}',
        '\u{2069}',
        '\u{206f}',
        '\u{2800}',
        '\u{3000}',
        '\u{3164}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff9}',
        '\u{fffb}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e007f}',
        '\u{e0100}',
        '\u{e01ef}',
    ];

    #[test]
    fn invisible_characters_are_trimmed_and_escaped() {
        for &letter in UNSEEN {
            assert_eq!(trimmed(&format!("{letter}a b{letter}{letter}")), "a b");
            let shown = visible(&format!("a{letter}b")).into_owned();
            let stays = matches!(letter, ' ' | '\t' | '\n' | '\r');
            let escape = format!("a\\u{{{:x}}}b", u32::from(letter));
            assert_eq!(shown, if stays { format!("a{letter}b") } else { escape });
        }
        for seen in ['a', '-', '\u{1b}', 'é', '東', '０', '\u{600}', '\u{301}'] {
            assert!(!is_unseen(seen), "{seen:?}");
        }
    }

    #[test]
    fn whitespace_within_a_text_is_kept() {
        assert_eq!(without_unseen("a\u{200b}b\u{ad}\0c"), "abc");
        assert_eq!(without_unseen("a b\u{a0}c\nd"), "a b\u{a0}c\nd");
    }

    #[test]
    fn near_ids_show_their_unusual_digits() {
        let digits = "a".repeat(39);
        assert_eq!(
            visible(&format!("{digits}０")),
            format!("{digits}\\u{{ff10}}")
        );
        assert_eq!(
            visible(&format!("{digits}а")),
            format!("{digits}\\u{{430}}")
        );
        assert_eq!(visible("Größe ０"), "Größe ０");
        assert_eq!(visible("\u{1b}[2J"), "\\u{1b}[2J");
    }
}
