//! Limits on what is kept of a list: a file that is not a list, or an endless stream, must not
//! exhaust the memory.

use crate::inventory::{error::TooMuch, list::Inventory};

/// The most rows of data.
const ROWS: u64 = 10_000_000;

/// The most bytes of the extra cells.
const TEXT: usize = 1024 * 1024 * 1024;

/// The most rows without a machine id.
const REJECTED: usize = 1_000_000;

/// The most bytes stored for those rows.
const REJECTED_TEXT: usize = 256 * 1024 * 1024;

/// Refuses a list that exceeds a limit. `rejected_text` is the number of bytes stored for rejected
/// rows.
pub(super) fn check(list: &Inventory, rejected_text: usize) -> Result<(), TooMuch> {
    let limits = [
        (list.rejected.len() <= REJECTED, TooMuch::Rejected),
        (rejected_text <= REJECTED_TEXT, TooMuch::RejectedText),
        (list.rows() <= ROWS, TooMuch::Rows),
        (list.cells.bytes() <= TEXT, TooMuch::Text),
    ];
    let exceeded = limits.into_iter().find(|(fits, _)| !fits);
    exceeded.map_or(Ok(()), |(_, what)| Err(what))
}
