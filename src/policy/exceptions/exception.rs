//! One accepted risk.

use jiff::civil::Date;

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
