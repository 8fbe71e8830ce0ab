//! The inventory: the list of machines, read from CSV in any of its real shapes.
//!
//! A list goes through these rooms, each of which knows only those above it:
//!
//! - `text`: what bytes, cells and rows say: encodings, invisible characters, machine ids
//! - `cells`: the table of extra cells, packed: a million machines have a few of them each
//! - `times`: a column of times, in any of the forms in which exports write them
//! - `columns`: which column holds the ids, what the others are called, and what they mean
//! - `error`: everything that can be wrong with a list, and what to do about it
//! - `list`: `Inventory`, the result
//! - `input`: from bytes to rows: decoding, delimiter, titles above the table, line numbers
//! - `read`: from rows to `Inventory`, row by row; lists that were joined, ids that would be lost
//!
//! What always holds:
//!
//! - Every row is in exactly one place: a machine, a duplicate, or a rejected row. A file that
//!   holds an id where nobody would read it is refused, because a machine that gets lost in
//!   silence is never patched.
//! - No text is refused for its encoding: a cell is UTF-8, else Windows-1252.
//! - A list is streamed. Memory holds the machines and their extra cells, and there is a limit for
//!   each thing that grows, so that a stream without an end cannot fill it.
//! - A line number is the one that an editor shows.

mod cells;
mod columns;
mod error;
mod input;
mod list;
mod read;
#[cfg(test)]
mod tests;
mod text;
mod times;

pub use cells::Cells;
pub use columns::{
    last_seen::{LastSeen, Unread},
    machine_names::SharedNames,
    report_names::OWN_COLUMNS,
};
pub use error::{InventoryError, Problem, TooMuch};
pub use list::{Inventory, InventoryMachine, RejectedRow};
pub use read::{
    read_from,
    source::{Source, read},
};
pub use times::UnreadReason;
