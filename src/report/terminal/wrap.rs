//! Wraps text at word boundaries.

/// The text in lines of at most this width. A longer word gets a line of its own.
pub(super) fn wrapped(text: &str, width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if fits(line, word, width) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn fits(line: &str, word: &str, width: u16) -> bool {
    line.chars().count() + 1 + word.chars().count() <= usize::from(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        for (text, width, expected) in [
            ("one two three", 7, &["one two", "three"][..]),
            ("one two three", 100, &["one two three"]),
            ("unbreakable", 3, &["unbreakable"]),
            ("a unbreakable b", 3, &["a", "unbreakable", "b"]),
            ("", 3, &[""]),
        ] {
            assert_eq!(wrapped(text, width), expected, "{text:?}");
        }
    }
}
