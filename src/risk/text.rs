//! Reads the text of a feed, compressed or not.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::error::{FeedProblem, Problem};

/// The maximum size of a feed, uncompressed. The largest published one, a month of MSRC, has about 20 MiB.
pub(super) const MAX_BYTES: usize = 96 << 20;

/// The first bytes of a gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// UTF-8 may begin with these bytes.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The whole text, decompressed if it is gzip, and without a byte order mark. `expected` describes it for the
/// user.
pub(super) fn read(input: impl Read, expected: &'static str) -> Result<Vec<u8>, FeedProblem> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let is_gzip = input
        .fill_buf()
        .map_err(Problem::from)?
        .starts_with(&GZIP_MAGIC);
    let text = if is_gzip {
        bounded(MultiGzDecoder::new(input))?
    } else {
        bounded(input)?
    };
    let text = match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => text.to_vec(),
        None => text,
    };
    match text.iter().find(|it| !it.is_ascii_whitespace()) {
        None => Err(Problem::Empty.into()),
        Some(b'<') => Err(Problem::Markup(expected).into()),
        Some(_) => Ok(text),
    }
}

fn bounded(input: impl Read) -> Result<Vec<u8>, Problem> {
    let mut text = Vec::new();
    let read = input.take(MAX_BYTES as u64 + 1).read_to_end(&mut text);
    match read {
        Ok(length) if length > MAX_BYTES => Err(Problem::TooLarge(MAX_BYTES)),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Problem::Row(
            "it is truncated: the gzip data has no end".to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Whether the text is JSON rather than a table.
pub(super) fn is_json(text: &[u8]) -> bool {
    let first = text.iter().find(|it| !it.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}
