//! What the reports say of the software inventory.

use crate::{domain::software::RunSoftware, report::Run};

/// Why there is no software inventory, if it was asked for.
pub(in crate::report) fn missing(run: &Run<'_>) -> Option<String> {
    match run.software? {
        RunSoftware::Known(_) => None,
        RunSoftware::Missing(because) => {
            Some(format!("The software inventory is missing: {because}"))
        }
    }
}
