//! The machines that the service has current data about, so that one without a row in its export is
//! fully patched; and those without current data.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{machine::MachineId, software::RunSoftware},
    inventory::{Inventory, LastSeen},
    run::RunInput,
    store::{RunId, Store, StoreError},
};

/// The service drops the vulnerabilities of a machine that it has not seen for this long.
const SILENT_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The machines that the service lists as onboarded and as seen within thirty days; empty if the
/// run neither uses the service's list nor was compared with it.
pub(in crate::run) fn listed_lately(
    input: RunInput<'_>,
    store: &Store,
    run: RunId,
) -> Result<HashSet<MachineId>, StoreError> {
    let now = input.started.timestamp();
    if input.inventory.fetched.is_some() {
        return Ok(seen(input.inventory, now, |ago| ago <= SILENT_AFTER));
    }
    let list = store.service_list(run)?.and_then(Result::ok);
    Ok(list.map_or_else(HashSet::new, |list| {
        seen(&list, now, |ago| ago <= SILENT_AFTER)
    }))
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
    Ok(seen(list, now, |ago| ago > SILENT_AFTER))
}

/// The machines in the software inventory.
pub(in crate::run) fn in_software(
    software: Option<&RunSoftware>,
) -> impl Iterator<Item = MachineId> {
    let inventory = software.and_then(RunSoftware::inventory);
    let machines = inventory.into_iter().flat_map(|it| &it.machines);
    machines.map(|it| it.0)
}

/// The machines of a list whose time since they were last seen fits.
fn seen(
    list: &Inventory,
    now: Timestamp,
    is_wanted: impl Fn(SignedDuration) -> bool,
) -> HashSet<MachineId> {
    let Some((column, seen)) = list.last_seen_column().zip(list.last_seen(now)) else {
        return HashSet::new();
    };
    let machines = list.machines.iter().enumerate();
    let is_wanted = |(position, _): &(usize, _)| {
        let cell = list.cells.row(*position).nth(column);
        let seen = cell.and_then(|cell| LastSeen::read(&seen, cell));
        seen.is_some_and(|seen| is_wanted(now.duration_since(seen)))
    };
    machines.filter(is_wanted).map(|(_, it)| it.id).collect()
}
