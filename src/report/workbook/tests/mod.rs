//! The workbook, read back by another crate and compared with the CSV files of the same run.

mod cells;
mod hostile;
pub(in crate::report) mod read;
mod shape;
