//! The parts of a run that stay the same from its preparation to its end.

use super::lock::TenantLock;
use crate::{
    domain::software::RunSoftware,
    run::{identity::Identity, input::RunInput, reporting::output::Output},
};

/// The parts of a run that stay the same once it is prepared.
pub(in crate::run) struct Setup<'run> {
    pub(in crate::run) input: RunInput<'run>,
    pub(in crate::run) output: Output,
    pub(in crate::run) identity: Identity,
    /// The software inventory; `None` if it is not asked for.
    pub(in crate::run) software: Option<RunSoftware>,
    /// Held until the run has ended.
    pub(in crate::run) _lock: TenantLock,
}
