//! JSON for other programs.

mod summary;

pub(super) use summary::Summary;
