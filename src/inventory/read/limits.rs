//! Limits on the memory of a list: a file that is not a list, or an endless stream, must not
//! exhaust it.

use crate::inventory::{error::TooMuch, list::Inventory};

/// The most rows of data.
const MAX_ROWS: u64 = 10_000_000;

/// The most bytes of the extra cells.
const MAX_TEXT_BYTES: usize = 1024 * 1024 * 1024;

/// The most rows without a machine id.
const MAX_REJECTED: usize = 1_000_000;

/// The most bytes stored for those rows.
const MAX_REJECTED_BYTES: usize = 256 * 1024 * 1024;

/// Refuses a list that exceeds a limit. `rejected_text` is the number of bytes stored for rejected
/// rows.
pub(super) fn check(list: &Inventory, rejected_text: usize) -> Result<(), TooMuch> {
    let limits = [
        (list.rejected.len() <= MAX_REJECTED, TooMuch::Rejected),
        (rejected_text <= MAX_REJECTED_BYTES, TooMuch::RejectedText),
        (list.rows() <= MAX_ROWS, TooMuch::Rows),
        (list.cells.bytes() <= MAX_TEXT_BYTES, TooMuch::Text),
    ];
    let exceeded = limits.into_iter().find(|(fits, _)| !fits);
    exceeded.map_or(Ok(()), |(_, what)| Err(what))
}
