//! JSON for other programs.

mod summary;

pub(super) use summary::{Changes, Summary};
