//! How a run selected machines to call for, if it did not call for all of them.

use super::accuracy::Accuracy;

/// For the queried machines that had changed since their last answer: how many of the changes each source of change
/// information had announced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnnouncedChanges {
    /// All of these machines.
    pub changed: u64,
    /// Those that the service named.
    pub named: u64,
    /// Those whose software showed it.
    pub by_software: u64,
}

/// Which machines a run called for, and how accurate the answers of the others were in a sample.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallSelection {
    /// Which machines, as typed: `changes`, `cohorts` or `changes,cohorts`.
    pub source: String,
    /// The number of groups of machines with the same software; `None` if nothing was to be inferred.
    pub cohorts: Option<u64>,
    /// The result of the sample.
    pub rechecked: Accuracy,
    /// The number of machines that the service named as changed; `None` if that was not requested.
    pub named: Option<u64>,
    /// How many of the actual changes were announced.
    pub announced: AnnouncedChanges,
    /// Why every machine was called for instead; `None` if the selection was used.
    pub everyone_because: Option<String>,
}
