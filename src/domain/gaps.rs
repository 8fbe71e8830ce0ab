//! The missing KBs of machines, read again each time a report lists them.
//!
//! A million machines miss eight million KBs: figures are kept in memory, gaps are not. They are read again from their
//! source, one machine at a time.

use std::{collections::BTreeSet, fmt::Debug, io};

use jiff::Timestamp;

use crate::domain::{answer::Source, kb::MissingKbs, machine::MachineId, since::MissingSince};

/// Where an answer can be read again: a number that only its [`Gaps`] can interpret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnswerRef(pub i64);

/// Reads the missing KBs of answers. Several reports read at the same time.
pub trait Gaps: Debug + Sync {
    /// The missing KBs of an answer.
    fn missing(&self, answer: AnswerRef) -> io::Result<MissingKbs>;

    /// Since when each of these KBs has been missing.
    fn since(&self, answer: AnswerRef) -> io::Result<MissingSince>;
}

/// A reference to an answer, with its source and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedAnswer {
    /// Where it comes from.
    pub source: Source,
    /// The time for which it holds.
    pub as_of: Timestamp,
    /// The reference by which its gaps are read.
    pub answer: AnswerRef,
}

/// A machine on the list of the base: the earlier run that the current run is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseMachine {
    /// The machine.
    pub machine: MachineId,
    /// Its answer, if it has one.
    pub answer: Option<DatedAnswer>,
    /// Whether that answer is empty because the service had no current data about the machine.
    pub no_current_data: bool,
    /// Whether the machine's Windows version no longer got updates.
    pub unsupported: bool,
}

/// Reads the answers of earlier runs as well: of the base and of runs before it.
pub trait History: Gaps {
    /// The answers for a machine from runs before the base, latest first. An answer that several runs used may be
    /// listed several times.
    fn before_base(&self, machine: MachineId) -> io::Result<Vec<DatedAnswer>>;

    /// The products whose versions on a machine differ between these two answers for it, `now` being the later one.
    /// Empty if its software is not known for both.
    fn changed_products(&self, then: AnswerRef, now: AnswerRef) -> io::Result<BTreeSet<String>>;
}
