//! The accepted risks.
//!
//! - [`file`](mod@file): parses a file into exceptions
//! - `exception`: one accepted risk
//! - `error`: what can be wrong with the file
//! - `index`: finds the exceptions that apply to a machine

mod error;
mod exception;
pub mod file;
mod index;

pub use error::{ExceptionsError, ExceptionsProblem};
pub use exception::Exception;
pub use index::{MachineExceptions, MachineTraits};

use self::index::Index;

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
