//! How a run went that did not call for every machine.

use super::accuracy::Accuracy;

/// Of the machines that were queried and had changed since their last answer: how many each informer had
/// found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Informers {
    /// All of these machines.
    pub changed: u64,
    /// Those that the service named.
    pub named: u64,
    /// Those whose software showed it.
    pub by_software: u64,
}

/// Which machines a run called for, and how well the answers of the others were measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallSelection {
    /// Which machines, as typed: `changes`, `cohorts` or `changes,cohorts`.
    pub source: String,
    /// The number of groups of machines with the same software; `None` if nothing was to be inferred.
    pub cohorts: Option<u64>,
    /// The result of the sample.
    pub rechecked: Accuracy,
    /// The number of machines that the service named as changed; `None` if it was not asked for them.
    pub named: Option<u64>,
    /// What the informers were worth.
    pub informers: Informers,
    /// Why every machine was called for after all, if so.
    pub everyone_because: Option<String>,
}
