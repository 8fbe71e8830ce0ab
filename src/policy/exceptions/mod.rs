//! The accepted risks.
//!
//! - [`file`](mod@file): parses a file into exceptions
//! - `error`: what can be wrong with the file
//! - `index`: finds the exceptions that apply to a machine

mod error;
pub mod file;
mod index;

pub use error::{ExceptionsError, ExceptionsProblem};
pub use index::{MachineExceptions, MachineTraits};

use jiff::civil::Date;

use self::index::Index;
use crate::domain::{kb::KbId, machine::MachineId};

/// An accepted risk: gaps that need not be closed before a date. A field that is `None`
/// matches anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The line on which it begins.
    pub line: u64,
    /// The update.
    pub kb: Option<KbId>,
    /// The machine.
    pub machine: Option<MachineId>,
    /// The machine's group in lower case.
    pub group: Option<String>,
    /// One of its tags in lower case.
    pub tag: Option<String>,
    /// The last day; `None` if the risk is accepted without limit.
    pub until: Option<Date>,
}

impl Exception {
    /// Whether it applies on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

/// The accepted risks of a file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// The name of the file in messages.
    pub file: String,
    /// All of them.
    pub all: Vec<Exception>,
    index: Index,
}

impl Exceptions {
    /// The exceptions of a file.
    pub fn new(file: String, all: Vec<Exception>) -> Self {
        let index = Index::of(&all);
        Self { file, all, index }
    }

    /// The exceptions that apply to a machine.
    pub fn of_machine(&self, machine: &MachineTraits) -> MachineExceptions<'_> {
        self.index.of_machine(&self.all, machine)
    }
}
