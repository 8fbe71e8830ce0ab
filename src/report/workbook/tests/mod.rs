//! The workbook, read back by another program, beside the CSV files of the same run.

mod cells;
mod hostile;
mod read;
mod shape;
