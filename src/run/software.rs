//! Between the sign-in and the calls: the software inventory. A call that fails does not end the run:
//! the reports say why the inventory is missing.

use std::{collections::HashSet, sync::Arc};

use jiff::Timestamp;
use tracing::warn;

use super::{
    RunError,
    gate::recording_gate,
    identity::Identity,
    input::{RunInput, missing_because},
    prepare::Prepared,
    shared_store::SharedStore,
};
use crate::{
    collect::{bulk::BulkFetcher, software},
    defender::{Session, refusal::REQUIRED_ROLE},
    domain::{
        machine::MachineId,
        software::{RunSoftware, SoftwareInventory},
        text::chain,
    },
    store::{RunId, Store},
};

/// The software inventory, stored with the run; `None` if it is not wanted. A resumed run uses the one
/// that it began with; without one, it is fetched.
pub(super) async fn software(prepared: &Prepared<'_>) -> Result<Option<RunSoftware>, RunError> {
    let run = prepared.started.record.run;
    let kept = prepared.store.lock().software(run)?;
    let is_kept = kept.as_ref().is_some_and(|it| it.inventory().is_some());
    if is_kept || !prepared.setup.input.config.reports.software {
        return Ok(kept);
    }
    Ok(Some(fetch_and_keep(prepared).await))
}

/// Fetches the software inventory, whether or not it is wanted for the reports, and stores it with the run.
pub(super) async fn fetch_and_keep(prepared: &Prepared<'_>) -> RunSoftware {
    let Prepared { setup, store, .. } = prepared;
    let fetched = match &prepared.session {
        Ok(session) => fetch(setup.input, &setup.identity, session, store).await,
        Err(error) => Err(chain(error)),
    };
    let software = match fetched {
        Ok(inventory) => RunSoftware::Known(Arc::new(inventory)),
        Err(because) => {
            warn!("The software inventory is missing: {because}");
            RunSoftware::Missing(because)
        }
    };
    keep(&mut store.lock(), prepared.started.record.run, &software);
    software
}

fn keep(store: &mut Store, run: RunId, software: &RunSoftware) {
    if let Err(problem) = store.set_software(run, software, Timestamp::now()) {
        warn!(
            "The software inventory could not be stored: {}",
            chain(&problem)
        );
    }
}

/// The software of the machines on the list, or why there is none: one reason is that the run is
/// interrupted or reaches its time limit meanwhile.
pub(super) async fn fetch(
    input: RunInput<'_>,
    identity: &Identity,
    session: &Session,
    store: &SharedStore,
) -> Result<SoftwareInventory, String> {
    if let Some(held) = identity.lacks(&[REQUIRED_ROLE]) {
        return Err(format!(
            "the token lacks the permission {REQUIRED_ROLE}; its roles: {held}"
        ));
    }
    let config = input.config;
    let gate = recording_gate(config, store, identity).map_err(|error| chain(&error))?;
    let fetcher = BulkFetcher {
        api: session,
        gate: &gate,
        retries: config.service.retries,
        clock: Timestamp::now,
    };
    let inventory = input.in_time(software::fetch(&fetcher)).await;
    let inventory = inventory.map_err(|ending| missing_because(&ending))??;
    let listed: HashSet<MachineId> = input.inventory.machines.iter().map(|it| it.id).collect();
    Ok(inventory.only(|machine| listed.contains(&machine)))
}
