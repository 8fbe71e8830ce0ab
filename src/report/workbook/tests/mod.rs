//! The workbook, read back by another program, beside the CSV files of the same run.

mod cells;
mod hostile;
pub(in crate::report) mod read;
mod shape;
