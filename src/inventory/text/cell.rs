//! Decodes one cell.

use std::{borrow::Cow, str};

use encoding_rs::WINDOWS_1252;

use super::invisible::trimmed;

/// Decodes a cell: UTF-8, else Windows-1252, in which any bytes are valid.
pub(crate) fn cell(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Whether a cell holds nothing visible.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    let is_seen = bytes.first().is_some_and(u8::is_ascii_graphic);
    !is_seen && trimmed(&cell(bytes)).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_decode_to_a_cell() {
        assert_eq!(cell("Straße €".as_bytes()), "Straße €");
        assert_eq!(cell(b"Stra\xDFe \x80"), "Straße €");
        assert_eq!(cell(b"\x81"), "\u{81}");
    }

    #[test]
    fn invisible_cells_are_blank() {
        for blank in ["", " \t", "\u{a0}", "\u{feff}", "\u{200b}", "\0\u{1a}"] {
            assert!(is_blank(blank.as_bytes()), "{blank:?}");
        }
        assert!(is_blank(b"\xA0"), "the no-break space of Windows-1252");
        assert!(!is_blank(b" . "));
    }
}
