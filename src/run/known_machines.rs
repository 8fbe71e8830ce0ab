//! The machines of which the service knows what they miss, so that one without a row in its export
//! misses nothing; and those that it has not seen for so long that it does not.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::RunInput;
use crate::{
    domain::{machine::MachineId, software::RunSoftware},
    inventory::{Inventory, LastSeen},
    store::{RunId, Store, StoreError},
};

/// The service drops the vulnerabilities of a machine that it has not seen for so long.
const SILENT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The machines that the service's own list has as onboarded, and as seen within thirty days. There is
/// such a list if the machines come from it, or if theirs was compared with it.
pub(super) fn listed_lately(
    input: RunInput<'_>,
    store: &Store,
    run: RunId,
) -> Result<HashSet<MachineId>, StoreError> {
    let now = input.started.timestamp();
    if input.inventory.fetched.is_some() {
        return Ok(seen(input.inventory, now, |ago| ago <= SILENT));
    }
    let list = store.service_list(run)?.and_then(Result::ok);
    Ok(list.map_or_else(HashSet::new, |list| seen(&list, now, |ago| ago <= SILENT)))
}

/// The machines that the service's own list, or else that of the run, has as not seen within thirty
/// days.
pub(super) fn silent(
    input: RunInput<'_>,
    store: &Store,
    run: RunId,
) -> Result<HashSet<MachineId>, StoreError> {
    let now = input.started.timestamp();
    let list = store.service_list(run)?.and_then(Result::ok);
    let list = list.as_ref().unwrap_or(input.inventory);
    Ok(seen(list, now, |ago| ago > SILENT))
}

/// The machines in the software inventory.
pub(super) fn in_software(software: Option<&RunSoftware>) -> impl Iterator<Item = MachineId> {
    let inventory = software.and_then(RunSoftware::inventory);
    let machines = inventory.into_iter().flat_map(|it| &it.machines);
    machines.map(|it| it.0)
}

/// The machines that a list has as seen for the last time so long ago.
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
