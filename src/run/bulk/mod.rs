//! Before collecting: reads the answers of a bulk source, which has those of all machines.
//!
//! - `session`: sends the calls
//! - `source`: the answers, and the outcome that follows for each machine
//! - `known_machines`: the machines that are fully patched if they have no row
//!
//! They become outcomes only after the whole source has been read: if the process is killed before,
//! the next one starts reading from the beginning.

pub(super) mod known_machines;
pub(super) mod session;
pub(super) mod source;

use std::collections::HashSet;

use tracing::info;

use self::{
    known_machines::{in_software, listed_lately},
    session::BulkSession,
    source::{BulkSource, unanswered},
};
use super::{
    RunError, gate::recording_gate, prepare::Prepared, selective::selection::RequestedMachines,
    software,
};
use crate::{
    collect::bulk::NoRows,
    defender::Session,
    domain::{
        answer::Source,
        bulk::BulkReading,
        ending::Ending,
        machine::MachineId,
        outcome::{Failure, Reason},
        requests::Requests,
        text::thousands,
        vulnerabilities::BulkAnswers,
    },
    inventory::Inventory,
    quota::Gate,
    store::{MachineAtStart, StoreError},
};

/// Reads the source, unless every machine has an answer already.
pub(super) async fn read_bulk(
    prepared: &mut Prepared<'_>,
    source: Source,
) -> Result<RequestedMachines, RunError> {
    let Ok(session) = &prepared.session else {
        return Ok(RequestedMachines::Every);
    };
    if unanswered(&prepared.started.machines).next().is_none() {
        return Ok(RequestedMachines::Every);
    }
    let Prepared { setup, store, .. } = &*prepared;
    let gate = recording_gate(setup.input.config, store, &setup.identity)?;
    match read_in_time(prepared, session, &gate).await {
        Ok((answers, requests)) => {
            let source = BulkSource {
                reading: reading(prepared, source, &answers)?,
                requests,
                known: Box::pin(known(prepared, &answers)).await?,
                answers,
            };
            Ok(RequestedMachines::Bulk(source))
        }
        Err(ending) => Ok(RequestedMachines::NoBulk(ending)),
    }
}

/// Reads the source; fails if the run is interrupted or reaches its time limit meanwhile.
async fn read_in_time(
    prepared: &Prepared<'_>,
    session: &Session,
    gate: &Gate,
) -> Result<(BulkAnswers, Requests), Ending> {
    let setup = &prepared.setup;
    let graph = prepared.graph.as_ref();
    let source = graph.map_or(BulkSession::Export(session), BulkSession::Hunting);
    let read = setup.input.in_time(source.fetch(setup, gate)).await?;
    read.map_err(|NoRows { because, refusal }| {
        refusal.map_or_else(|| failed(because), Ending::Refused)
    })
}

fn failed(because: String) -> Ending {
    Ending::NoBulk(Failure::new(Reason::BadReply, because))
}

/// The facts about the source, which are stored with the run.
fn reading(
    prepared: &Prepared<'_>,
    source: Source,
    answers: &BulkAnswers,
) -> Result<BulkReading, StoreError> {
    let reading = BulkReading {
        source,
        generated_at: answers.generated_at,
        unlisted: unlisted(prepared.setup.input.inventory, answers),
        rows_without_cve: answers.rows_without_cve,
    };
    let run = prepared.started.record.run;
    prepared
        .store
        .lock()
        .set_bulk(run, &reading, &answers.cves)?;
    info!(
        "The {source} of {:.0} has {} machines; {} of them are not on the list",
        reading.generated_at,
        thousands(answers.machines().count() as u64),
        thousands(reading.unlisted),
    );
    Ok(reading)
}

/// The machines that are fully patched if they have no row. Fetches the software inventory, which then
/// belongs to the run, only if the lists do not contain all machines without a row.
async fn known(
    prepared: &mut Prepared<'_>,
    answers: &BulkAnswers,
) -> Result<HashSet<MachineId>, RunError> {
    let run = prepared.started.record.run;
    let mut known = listed_lately(prepared.setup.input, &prepared.store.lock(), run)?;
    let mut without_row = without_row(&prepared.started.machines, answers);
    if without_row.any(|it| !known.contains(&it)) {
        if prepared.setup.software.is_none() {
            prepared.setup.software = Some(software::fetch_and_keep(prepared).await);
        }
        known.extend(in_software(prepared.setup.software.as_ref()));
    }
    Ok(known)
}

fn without_row(
    machines: &[MachineAtStart],
    answers: &BulkAnswers,
) -> impl Iterator<Item = MachineId> {
    unanswered(machines).filter(|it| answers.of(*it).is_none())
}

fn unlisted(list: &Inventory, answers: &BulkAnswers) -> u64 {
    let asked = list.machines.iter().map(|it| it.id);
    let skipped = list.skipped.machines.iter().map(|it| it.listed.id);
    let listed: HashSet<MachineId> = asked.chain(skipped).collect();
    let unlisted = answers.machines().filter(|it| !listed.contains(it));
    unlisted.count() as u64
}
