//! The machines that the service has current data about, so that one without a row in its export is
//! fully patched; and those without current data.

use std::collections::HashSet;

use crate::{
    domain::{machine::MachineId, software::RunSoftware},
    run::RunInput,
    store::{RunId, Store, StoreError},
};

/// The machines that the service lists as onboarded and as seen within thirty days; empty if the
/// run neither uses the service's list nor was compared with it.
pub(in crate::run) fn listed_lately(
    input: RunInput<'_>,
    store: &Store,
    run: RunId,
) -> Result<HashSet<MachineId>, StoreError> {
    let now = input.started.timestamp();
    if input.inventory.fetched.is_some() {
        return Ok(input.inventory.seen_lately(now));
    }
    let list = store.service_list(run)?.and_then(Result::ok);
    Ok(list.map_or_else(HashSet::new, |list| list.seen_lately(now)))
}

/// The machines not seen within thirty days, according to the service's own list, or else to the
/// run's.
pub(in crate::run) fn silent(
    input: RunInput<'_>,
    store: &Store,
    run: RunId,
) -> Result<HashSet<MachineId>, StoreError> {
    let now = input.started.timestamp();
    let list = store.service_list(run)?.and_then(Result::ok);
    let list = list.as_ref().unwrap_or(input.inventory);
    Ok(list.silent(now))
}

/// The machines in the software inventory.
pub(in crate::run) fn in_software(
    software: Option<&RunSoftware>,
) -> impl Iterator<Item = MachineId> {
    let inventory = software.and_then(RunSoftware::inventory);
    let machines = inventory.into_iter().flat_map(|it| &it.machines);
    machines.map(|it| it.0)
}
