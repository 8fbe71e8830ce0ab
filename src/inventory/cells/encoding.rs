//! How one cell is encoded: a varint, followed by the text unless the column already stores it.

use std::str;

/// The content of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell<'text> {
    /// A text stored in the row itself.
    Text(&'text str),
    /// The index of a text in its column's list of repeated texts.
    Repeated(usize),
}

/// Payload bits per byte of a number; the bit above them says that more bytes follow. Nearly every
/// cell needs a single byte in addition to its text.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

/// Appends a cell to the bytes.
pub(super) fn put(cell: Cell<'_>, bytes: &mut Vec<u8>) {
    match cell {
        Cell::Text(text) => {
            write_number(text.len() << 1, bytes);
            bytes.extend_from_slice(text.as_bytes());
        }
        Cell::Repeated(number) => write_number(number << 1 | 1, bytes),
    }
}

/// Reads the next cell. It is empty at the end of the bytes.
pub(super) fn take<'text>(bytes: &mut &'text [u8]) -> Cell<'text> {
    let number = read_number(bytes);
    if number & 1 == 1 {
        return Cell::Repeated(number >> 1);
    }
    let (text, rest) = bytes.split_at_checked(number >> 1).unwrap_or_default();
    *bytes = rest;
    Cell::Text(str::from_utf8(text).unwrap_or_default())
}

fn write_number(mut number: usize, bytes: &mut Vec<u8>) {
    while number >= usize::from(MORE) {
        bytes.push(number.to_le_bytes()[0] | MORE);
        number >>= BITS;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn read_number(bytes: &mut &[u8]) -> usize {
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
