//! The inventory: the list of machines, read from CSV in any of its real shapes.
//!
//! The modules, in order; each depends only on those above it:
//!
//! - `text`: decodes bytes, cells and rows: encodings, invisible characters, machine ids
//! - `cells`: the extra cells of all machines, packed
//! - `times`: a column of times, in any of the formats that exports use
//! - `columns`: which column holds the ids, the names of the others, and what they mean
//! - `error`: the errors in a list, with hints
//! - `list`: `Inventory`, the result
//! - `split`: the list split by the values of a column
//! - `input`: from bytes to rows: decoding, delimiter, titles above the table, line numbers
//! - `read`: from rows to `Inventory`: concatenated lists, ids that would be lost
//! - `service`: the service's own list, and which of its machines are requested
//! - `table`: reads other hand-written tables, such as exceptions, in the same formats
//!
//! Invariants:
//!
//! - Every row is counted exactly once: as a machine, a duplicate, or a rejected row. A file with
//!   an id where it would not be read is refused, because a machine that is lost silently is never
//!   patched.
//! - No text is refused for its encoding: a cell is UTF-8, else Windows-1252.
//! - A list is streamed. Memory holds the machines and their extra cells, and everything that grows
//!   has a limit, so that an endless stream cannot exhaust it.
//! - Line numbers are those that an editor shows.

mod cells;
mod columns;
mod error;
mod input;
mod list;
mod read;
mod service;
mod split;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod times;

pub use cells::Cells;
pub use columns::{
    groups::GroupBy,
    last_seen::{LastSeen, Unread, is_silent},
    machine_names::SharedNames,
    report_names::OWN_COLUMNS,
};
pub use error::{InventoryError, Problem, TooMuch};
pub use list::{Fetched, Inventory, InventoryMachine, RejectedRow, Skipped, SkippedMachine};
pub use read::{
    read_from,
    source::{Source, read},
};
pub use service::{ListCheck, ListComparison, MergedMachine, Selection, ServiceList, write_csv};
pub use split::ListPart;
pub use table::{PlainRow, PlainTable, is_same_name, read_table, read_table_from};
pub use text::ids::machine_id;
pub use times::UnreadReason;
