//! How a run went that did not call for every machine.

use super::accuracy::Accuracy;

/// Which machines a run called for, and how well the answers of the others were measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallSelection {
    /// Which machines, as typed: `changes`, `cohorts` or `changes,cohorts`.
    pub source: String,
    /// The number of groups of machines with the same software; `None` if nothing was to be inferred.
    pub cohorts: Option<u64>,
    /// The result of the sample.
    pub rechecked: Accuracy,
    /// Why every machine was called for after all, if so.
    pub everyone_because: Option<String>,
}
