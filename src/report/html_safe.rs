//! JSON that is safe to embed in HTML: it cannot end its element, start another one, or end a line.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// A compact formatter that escapes all characters with a meaning in HTML.
pub(in crate::report) struct HtmlSafe;

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_special) {
            let (before, after) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut characters = after.chars();
            if let Some(special) = characters.next() {
                write!(out, "\\u{:04x}", u32::from(special))?;
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

fn is_special(character: char) -> bool {
    matches!(
        character,
        '<' | '>' | '&' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::Serializer;

    use super::*;

    fn written(text: &str) -> String {
        let mut bytes = Vec::new();
        text.serialize(&mut Serializer::with_formatter(&mut bytes, HtmlSafe))
            .unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn markup_is_escaped() {
        for (text, expected) in [
            ("plain", r#""plain""#),
            ("</script>", r#""\u003c/script\u003e""#),
            ("<!--&", r#""\u003c!--\u0026""#),
            ("a\u{2028}\"\u{2029}", r#""a\u2028\"\u2029""#),
        ] {
            assert_eq!(written(text), expected);
        }
    }

    proptest! {
        #[test]
        fn escaped_text_round_trips(text in "(\\PC|\\pC|[<>&\"\\\\\u{2028}]){0,20}") {
            let written = written(&text);
            prop_assert!(!written.contains(is_special));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
