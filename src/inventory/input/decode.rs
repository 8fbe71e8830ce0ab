//! Detects the encoding of a file and decodes it to UTF-8 as a stream.

use std::io::{self, Chain, Cursor, Read};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::inventory::error::Problem;

/// How many bytes at the beginning are used to detect the encoding.
const SAMPLE: u64 = 8 * 1024;

/// The magic bytes of workbooks: `.xlsx` (a zip archive) and `.xls`.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0"];

/// A reader whose first bytes have been read and are replayed.
pub(super) type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

/// Decodes `reader` to UTF-8 without a BOM. Bytes that are not valid UTF-8 are left as they are
/// (see [`cell`](crate::inventory::text::cell::cell)).
pub(super) fn decoded<R: Read>(
    reader: R,
) -> Result<DecodeReaderBytes<Peeked<R>, Vec<u8>>, Problem> {
    let (sample, rest) = peek(reader, SAMPLE)?;
    if WORKBOOKS.iter().any(|magic| sample.starts_with(magic)) {
        return Err(Problem::Workbook);
    }
    Ok(DecodeReaderBytesBuilder::new()
        .encoding(utf16_without_bom(&sample))
        .bom_override(true)
        .strip_bom(true)
        .utf8_passthru(true)
        .build(Cursor::new(sample).chain(rest)))
}

/// Reads up to `bytes` bytes from the beginning; returns them and the reader of the rest.
pub(super) fn peek<R: Read>(mut reader: R, bytes: u64) -> io::Result<(Vec<u8>, R)> {
    let mut start = Vec::new();
    reader.by_ref().take(bytes).read_to_end(&mut start)?;
    Ok((start, reader))
}

/// Detects UTF-16 by its NUL bytes: in ids and delimiters every pair of bytes has one, always on
/// the same side.
fn utf16_without_bom(sample: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = sample.as_chunks::<2>();
    let first = pairs.iter().filter(|pair| pair[0] == 0).count();
    let second = pairs.iter().filter(|pair| pair[1] == 0).count();
    let most = |many: usize, few: usize| many * 4 > pairs.len() && few * 4 < many;
    if most(second, first) {
        Some(UTF_16LE)
    } else if most(first, second) {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_detected_by_its_nul_bytes() {
        let le =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let be =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
        for (bytes, expected) in [
            (le("machineId"), Some(UTF_16LE)),
            (be("machineId"), Some(UTF_16BE)),
            (le("部屋\tmachineId\r\n"), Some(UTF_16LE)),
            (b"machineId".to_vec(), None),
            (b"machine\0Id".to_vec(), None),
            (vec![0; 64], None),
            (vec![], None),
        ] {
            assert_eq!(utf16_without_bom(&bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn bom_wins_over_nul_bytes() {
        let bytes = b"\xFE\xFF\x61\x00\x62\x00\x63\x00";
        let mut text = String::new();
        let mut reader = decoded(&bytes[..]).unwrap();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "\u{6100}\u{6200}\u{6300}");
    }
}
