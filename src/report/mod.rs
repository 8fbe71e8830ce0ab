//! Figures in, files out: one file of code for each format; one place writes.

mod format;

pub use format::Format;
