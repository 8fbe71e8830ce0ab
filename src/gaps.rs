//! The gaps of a fleet, read again whenever they are listed.
//!
//! A million machines miss eight million KBs: figures are held, gaps are not. Whoever keeps the
//! answers gives them out once more, one machine at a time.

use std::{fmt::Debug, io, sync::Arc};

use crate::kb::MissingKb;

/// Where an answer can be read again: a number that only its [`Gaps`] understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(pub i64);

/// What machines miss, by the place of their answer.
pub trait Gaps: Debug {
    /// The missing KBs of the answer at this place: sorted by id, each once.
    fn at(&self, place: Place) -> io::Result<Vec<Arc<MissingKb>>>;
}
