//! What stays the same from a run's preparations to its end.

use super::lock::TenantLock;
use crate::run::{identity::Identity, input::RunInput, reporting::output::Output};

/// What stays the same once a run is prepared.
pub(in crate::run) struct Setup<'run> {
    pub(in crate::run) input: RunInput<'run>,
    pub(in crate::run) output: Output,
    pub(in crate::run) identity: Identity,
    /// Held until the run has ended.
    pub(in crate::run) _lock: TenantLock,
}
