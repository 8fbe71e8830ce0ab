//! Makes text valid for a cell.

use std::borrow::Cow;

/// The maximum length of a text in UTF-16 units. A cell holds 32,767.
const MAX_LENGTH: usize = 32_000;

/// Appended to a text that was cut.
pub(super) const CUT: &str = " … (cut)";

/// The text without the characters that XML does not allow, cut to the length of a cell.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    // The length in bytes is at least the length in UTF-16 units.
    if text.len() <= MAX_LENGTH && !text.contains(is_unfit) {
        return Cow::Borrowed(text);
    }
    let text: String = text.chars().filter(|it| !is_unfit(*it)).collect();
    Cow::Owned(cut(text))
}

/// Also removes carriage returns: a line break is a single character in a cell.
fn is_unfit(character: char) -> bool {
    let is_kept = matches!(character, '\t' | '\n');
    (character < ' ' && !is_kept) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn cut(mut text: String) -> String {
    let mut units = 0;
    let over = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > MAX_LENGTH
    });
    if let Some((place, _)) = over {
        text.truncate(place);
        text.push_str(CUT);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_characters_invalid_in_xml_are_removed() {
        for (text, expected) in [
            ("", ""),
            ("=1+1", "=1+1"),
            ("<b>\"&", "<b>\"&"),
            ("abc\u{202e}txt.exe", "abc\u{202e}txt.exe"),
            ("two\r\nlines\tthree", "two\nlines\tthree"),
            ("\u{0}a\u{1b}[31m\u{ffff}b\u{fffe}", "a[31mb"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn long_text_is_truncated_with_a_note() {
        let fits = "x".repeat(MAX_LENGTH);
        assert_eq!(clean(&fits), fits);
        let three_bytes_each = "€".repeat(MAX_LENGTH);
        assert_eq!(clean(&three_bytes_each), three_bytes_each);
        assert_eq!(clean(&"€".repeat(40_000)), three_bytes_each + CUT);
        let two_units_each = clean(&"😀".repeat(20_000)).into_owned();
        assert_eq!(two_units_each, "😀".repeat(MAX_LENGTH / 2) + CUT);
    }
}
