//! The gaps of a fleet, read again whenever they are listed.
//!
//! A million machines miss eight million KBs: figures are held, gaps are not. Whoever keeps the
//! answers gives them out once more, one machine at a time.

use std::{fmt::Debug, io};

use jiff::Timestamp;

use crate::domain::{kb::MissingKbs, machine::MachineId};

/// Where an answer can be read again: a number that only its [`Gaps`] understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(pub i64);

/// What machines miss, by the place of their answer. Several reports are put together at once.
pub trait Gaps: Debug + Sync {
    /// The missing KBs of the answer at this place.
    fn at(&self, place: Place) -> io::Result<MissingKbs>;
}

/// An earlier answer for a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// When it had arrived.
    pub answered_at: Timestamp,
    /// Where its gaps are.
    pub place: Place,
}

/// What an earlier run, the base, knows of a machine of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Then {
    /// Which machine.
    pub machine: MachineId,
    /// Its answer, if it has one.
    pub answer: Option<Earlier>,
    /// Whether that answer is empty because nothing was known of the machine any more.
    pub no_current_data: bool,
}

/// Where the answers of earlier runs are read again, too: those of the base, which today is
/// compared with, and of runs before it.
pub trait History: Gaps {
    /// The answers that runs before the base have for a machine, the latest first. An answer
    /// that several runs used may come several times.
    fn before_base(&self, machine: MachineId) -> io::Result<Vec<Earlier>>;
}
