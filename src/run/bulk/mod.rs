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

use std::{collections::HashSet, sync::Arc};

use parking_lot::Mutex;
use tracing::info;

use self::{
    known_machines::{in_software, listed_lately},
    session::BulkSession,
    source::{BulkSource, unanswered},
};
use super::{
    RunError,
    gate::recording_gate,
    lend::lend,
    prepare::{Prepared, Setup},
    selective::selection::RequestedMachines,
    software,
};
use crate::{
    collect::bulk::NoRows,
    domain::{
        answer::Source,
        bulk::BulkReading,
        ending::Ending,
        machine::MachineId,
        outcome::{Failure, Reason},
        requests::Requests,
        text::{chain, thousands},
        vulnerabilities::BulkAnswers,
    },
    inventory::Inventory,
    store::{MachineAtStart, Store},
};

/// Reads the source, if the run has one.
pub(super) async fn read_bulk(prepared: Prepared<'_>) -> Result<Prepared<'_>, RunError> {
    let source = prepared.setup.input.config.source.answers.bulk;
    let (Some(source), Ok(session)) = (source, &prepared.session) else {
        return Ok(prepared);
    };
    let api = prepared
        .graph
        .as_ref()
        .map_or(BulkSession::Export(session), BulkSession::Hunting);
    if unanswered(&prepared.started.machines).next().is_none() {
        return Ok(prepared);
    }
    let (store, read) = lend(prepared.store, async |store| {
        read_in_time(&prepared.setup, store, api).await
    })
    .await?;
    let prepared = Prepared { store, ..prepared };
    match read {
        Ok((answers, requests)) => {
            Box::pin(with_answers(prepared, source, answers, requests)).await
        }
        Err(ending) => Ok(Prepared {
            calls: RequestedMachines::NoBulk(ending),
            ..prepared
        }),
    }
}

/// Reads the source; fails if the run is interrupted or reaches its time limit meanwhile.
async fn read_in_time(
    setup: &Setup<'_>,
    store: &Arc<Mutex<Store>>,
    session: BulkSession<'_>,
) -> Result<(BulkAnswers, Requests), Ending> {
    let gate = recording_gate(setup.input.config, store, &setup.identity);
    let gate = gate.map_err(|error| failed(chain(&error)))?;
    let read = setup.input.in_time(session.fetch(setup, &gate)).await?;
    read.map_err(|NoRows { because, refusal }| {
        refusal.map_or_else(|| failed(because), Ending::Refused)
    })
}

fn failed(because: String) -> Ending {
    Ending::NoBulk(Failure::new(Reason::BadReply, because))
}

/// Stores the facts about the source, and determines which machines without a row are fully
/// patched.
async fn with_answers(
    prepared: Prepared<'_>,
    source: Source,
    answers: BulkAnswers,
    requests: Requests,
) -> Result<Prepared<'_>, RunError> {
    let list = prepared.setup.input.inventory;
    let reading = BulkReading {
        source,
        generated_at: answers.generated_at,
        unlisted: unlisted(list, &answers),
        rows_without_cve: answers.rows_without_cve,
    };
    let mut prepared = prepared;
    let run = prepared.started.record.run;
    prepared.store.set_bulk(run, &reading, &answers.cves)?;
    info!(
        "The {source} of {:.0} has {} machines; {} of them are not on the list",
        reading.generated_at,
        thousands(answers.machines().count() as u64),
        thousands(reading.unlisted),
    );
    let mut known = listed_lately(prepared.setup.input, &prepared.store, run)?;
    if without_row(&prepared.started.machines, &answers).any(|it| !known.contains(&it)) {
        if prepared.setup.software.is_none() {
            prepared = software::fetch_and_keep(prepared).await?;
        }
        known.extend(in_software(prepared.setup.software.as_ref()));
    }
    let source = BulkSource {
        reading,
        requests,
        answers,
        known,
    };
    Ok(Prepared {
        calls: RequestedMachines::Bulk(source),
        ..prepared
    })
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
