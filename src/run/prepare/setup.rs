//! The context of a run from its preparation to its end.

use super::lock::TenantLock;
use crate::{
    domain::software::RunSoftware,
    run::{identity::Identity, input::RunInput, reporting::output::Output},
};

/// The context of a run. Only the software inventory is added after the preparation.
pub(in crate::run) struct Setup<'run> {
    pub(in crate::run) input: RunInput<'run>,
    pub(in crate::run) output: Output,
    pub(in crate::run) identity: Identity,
    /// The software inventory; `None` if it was not requested. Added after the preparation.
    pub(in crate::run) software: Option<RunSoftware>,
    /// Held until the run has ended.
    pub(in crate::run) _lock: TenantLock,
}
