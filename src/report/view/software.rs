//! The sentence about the software inventory.

use crate::{domain::software::RunSoftware, report::Run};

/// Why the software inventory is missing, if it was requested.
pub(in crate::report) fn missing(run: &Run<'_>) -> Option<String> {
    match run.software? {
        RunSoftware::Known(_) => None,
        RunSoftware::Missing(because) => {
            Some(format!("The software inventory is missing: {because}"))
        }
    }
}
