//! The reports as files: their bytes, and what becomes of them on the disk.

mod agreement;
mod golden;
pub(super) mod hostile;
mod last_seen;
mod output;
mod whole;
