//! How one cell is written: a number, and behind it the text, unless the column has it already.

use std::str;

/// What stands for a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell<'text> {
    /// Its text.
    Text(&'text str),
    /// The number of a text that its column repeats.
    Repeated(usize),
}

/// Bits of a number that go into one byte; the one above says that more follow. Nearly every
/// cell needs a single byte beside its text.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

/// Writes a cell behind others.
pub(super) fn put(cell: Cell<'_>, bytes: &mut Vec<u8>) {
    match cell {
        Cell::Text(text) => {
            put_number(text.len() << 1, bytes);
            bytes.extend_from_slice(text.as_bytes());
        }
        Cell::Repeated(number) => put_number(number << 1 | 1, bytes),
    }
}

/// Reads the next cell. Where nothing is left, it is empty.
pub(super) fn take<'text>(bytes: &mut &'text [u8]) -> Cell<'text> {
    let number = take_number(bytes);
    if number & 1 == 1 {
        return Cell::Repeated(number >> 1);
    }
    let (text, rest) = bytes.split_at_checked(number >> 1).unwrap_or_default();
    *bytes = rest;
    Cell::Text(str::from_utf8(text).unwrap_or_default())
}

fn put_number(mut number: usize, bytes: &mut Vec<u8>) {
    while number >= usize::from(MORE) {
        bytes.push(number.to_le_bytes()[0] | MORE);
        number >>= BITS;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn take_number(bytes: &mut &[u8]) -> usize {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= usize::from(byte & !MORE) << shift;
        if byte & MORE == 0 {
            break;
        }
        shift += BITS;
    }
    number
}
