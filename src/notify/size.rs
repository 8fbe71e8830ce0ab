//! Limits a notification to the size that receivers accept.

use crate::report::plain::plain;

/// The maximum size of a notification in bytes, in any format. Teams accepts 28 KB.
pub(super) const MAX_BYTES: usize = 25_000;

/// How much of each part is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// The entries of a list.
    pub(super) items: usize,
    /// The characters of a sentence.
    pub(super) sentence: usize,
    /// The characters of a name in a sentence.
    pub(super) name: usize,
}

/// Sizes to try, from everything to less and less.
const SIZES: [Size; 3] = [
    Size {
        items: 10,
        sentence: 600,
        name: 80,
    },
    Size {
        items: 5,
        sentence: 300,
        name: 60,
    },
    Size {
        items: 3,
        sentence: 120,
        name: 40,
    },
];

/// The last resort: almost nothing.
const SMALLEST: Size = Size {
    items: 1,
    sentence: 60,
    name: 20,
};

/// Renders a notification in the largest size that receivers accept. `bytes` returns the size of a rendered
/// one.
pub(super) fn fitted<T>(render: impl Fn(Size) -> T, bytes: impl Fn(&T) -> usize) -> T {
    let mut rendered = SIZES.into_iter().map(&render);
    let fits = rendered.find(|it| bytes(it) <= MAX_BYTES);
    fits.unwrap_or_else(|| render(SMALLEST))
}

/// The text on one line, without invisible characters, limited to this many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    // Enough to fill the result, even if most characters are invisible.
    let start: String = text.chars().take(8 * most).collect();
    let text = plain(&start);
    if text.chars().count() <= most {
        return text;
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_characters() {
        for (text, expected) in [
            ("abcde", "abcde"),
            ("abcdef", "abcd…"),
            ("ééééééé", "éééé…"),
            ("abc def", "abc…"),
            ("a\nb\u{202e}", "a b"),
        ] {
            assert_eq!(shortened(text, 5), expected);
        }
    }

    #[test]
    fn largest_size_that_fits_is_taken() {
        let of = |factor: usize| fitted(|size| size.items * factor, |bytes| *bytes);
        assert_eq!(of(2_500), 25_000);
        assert_eq!(of(2_501), 5 * 2_501);
        assert_eq!(of(8_000), 3 * 8_000);
        assert_eq!(of(20_000), 20_000, "the smallest one");
    }
}
