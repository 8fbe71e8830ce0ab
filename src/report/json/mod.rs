//! The JSON reports.

mod changes;
mod columns;
mod document;
mod rows;
mod stream;
mod summary;
mod whole;

pub(super) use self::{changes::Changes, summary::Summary, whole::Whole};
