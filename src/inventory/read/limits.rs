//! How much of a list is kept: a file that is not a list, or a stream without an end, must not fill
//! the memory.

use crate::inventory::{error::TooMuch, list::Inventory};

/// Rows of data.
const ROWS: u64 = 10_000_000;

/// Bytes of the extra cells.
const TEXT: usize = 1024 * 1024 * 1024;

/// Rows without a machine id.
const REJECTED: usize = 1_000_000;

/// Bytes that are kept of those rows.
const REJECTED_TEXT: usize = 256 * 1024 * 1024;

/// Refuses a list that has become too large. `rejected_text` is how much it keeps of rejected rows.
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
