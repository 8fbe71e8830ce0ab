//! From bytes to rows: decoding, delimiter, titles above the table, line numbers.

mod decode;
mod json;
mod lines;
pub(super) mod rows;
mod shape;
mod table_start;
