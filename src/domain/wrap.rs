//! Wraps text at word boundaries.

/// The minimum width in columns: text is not readable at less.
const MIN_WIDTH: u16 = 40;

/// The text in lines of at most this width. A longer word gets its own line.
pub fn wrapped(text: &str, width: u16) -> Vec<String> {
    let width = width.max(MIN_WIDTH);
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
        let long = "unbreakable".repeat(4);
        for (text, width, expected) in [
            (
                "one two three four five six seven eight nine",
                40,
                &["one two three four five six seven eight", "nine"][..],
            ),
            ("one two three", 100, &["one two three"]),
            ("one two three", 7, &["one two three"]),
            (&*long, 40, &[&*long]),
            (&*format!("a {long} b"), 40, &["a", &long, "b"]),
            ("", 40, &[""]),
        ] {
            assert_eq!(wrapped(text, width), expected, "{text:?}");
        }
    }
}
