//! Before collecting: the answers of a source that has all machines at once.
//!
//! They are held until all of it has been read, and only then become outcomes: what a killed process
//! has read counts as nothing, and the next one reads it again.

use std::{collections::HashSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tracing::info;

use super::{
    RunError,
    bulk_source::{BulkSource, unanswered},
    deadline,
    gate::recording_gate,
    lend::lend,
    prepare::{Prepared, Setup},
    selection::Calls,
    software,
};
use crate::{
    collect::{
        Requests,
        bulk::{BulkFetcher, NoRows},
        export,
        hunting::HuntingFetcher,
    },
    defender::Session,
    domain::{
        answer::Source,
        bulk::BulkRun,
        ending::Ending,
        machine::MachineId,
        outcome::{Failure, Reason},
        text::{chain, thousands},
        vulnerabilities::BulkAnswers,
    },
    inventory::{Inventory, LastSeen},
    quota::Gate,
    store::{MachineProgress, Store, StoreError},
};

/// The service drops the vulnerabilities of a machine that it has not seen for so long.
const SILENT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Where the source is read from.
#[derive(Clone, Copy)]
enum BulkSession<'run> {
    Export(&'run Session),
    Hunting(&'run Session),
}

impl BulkSession<'_> {
    async fn fetch(
        self,
        setup: &Setup<'_>,
        gate: &Gate,
    ) -> Result<(BulkAnswers, Requests), NoRows> {
        let retries = setup.input.config.service.retries;
        let clock = Timestamp::now;
        match self {
            Self::Export(api) => {
                let fetcher = BulkFetcher {
                    api,
                    gate,
                    retries,
                    clock,
                };
                export::fetch(&fetcher).await
            }
            Self::Hunting(api) => {
                let fetcher = HuntingFetcher {
                    api,
                    gate,
                    retries,
                    clock,
                    machines: setup.input.inventory.machines.len() as u64,
                };
                fetcher.fetch().await
            }
        }
    }
}

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
        Ok((answers, requests)) => with_answers(prepared, source, answers, requests).await,
        Err(ending) => Ok(Prepared {
            calls: Calls::NoBulk(ending),
            ..prepared
        }),
    }
}

/// Reads the source, unless the run is interrupted or its time is up before.
async fn read_in_time(
    setup: &Setup<'_>,
    store: &Arc<Mutex<Store>>,
    session: BulkSession<'_>,
) -> Result<(BulkAnswers, Requests), Ending> {
    let config = setup.input.config;
    let gate = recording_gate(config, store, &setup.identity);
    let gate = gate.map_err(|error| failed(chain(&error)))?;
    let read = tokio::select! {
        biased;
        () = setup.input.stops.gentle.cancelled() => return Err(Ending::Interrupted),
        () = deadline::reached(config.until, Timestamp::now) => return Err(Ending::OutOfTime),
        read = session.fetch(setup, &gate) => read,
    };
    read.map_err(|NoRows { because, refusal }| {
        refusal.map_or_else(|| failed(because), Ending::Refused)
    })
}

fn failed(because: String) -> Ending {
    Ending::NoBulk(Failure::new(Reason::BadReply, because))
}

/// Keeps what is known of the source, and finds out which machines without a row miss nothing.
async fn with_answers(
    prepared: Prepared<'_>,
    source: Source,
    answers: BulkAnswers,
    requests: Requests,
) -> Result<Prepared<'_>, RunError> {
    let list = prepared.setup.input.inventory;
    let run = BulkRun {
        source,
        generated_at: answers.generated_at,
        unlisted: unlisted(list, &answers),
        rows_without_cve: answers.rows_without_cve,
    };
    let mut prepared = prepared;
    let number = prepared.started.record.run;
    prepared.store.set_bulk(number, &run, &answers.cves)?;
    info!(
        "The {source} of {:.0} has {} machines; {} of them are not on the list",
        run.generated_at,
        thousands(answers.machines().count() as u64),
        thousands(run.unlisted),
    );
    let mut known = listed_lately(&prepared)?;
    if without_row(&prepared.started.machines, &answers).any(|it| !known.contains(&it)) {
        if prepared.setup.software.is_none() {
            prepared = software::fetch_and_keep(prepared).await?;
        }
        let inventory = prepared.setup.software.as_ref();
        let inventory = inventory.and_then(|it| it.inventory());
        known.extend(
            inventory
                .into_iter()
                .flat_map(|it| &it.machines)
                .map(|it| it.0),
        );
    }
    let source = BulkSource {
        run,
        requests,
        answers,
        known,
    };
    Ok(Prepared {
        calls: Calls::Bulk(source),
        ..prepared
    })
}

fn without_row(
    machines: &[MachineProgress],
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

/// The machines that the service's own list has as onboarded, and as seen within thirty days. There is
/// such a list if the machines come from it, or if theirs was compared with it.
fn listed_lately(prepared: &Prepared<'_>) -> Result<HashSet<MachineId>, StoreError> {
    let input = prepared.setup.input;
    let now = input.started.timestamp();
    if input.inventory.fetched.is_some() {
        return Ok(seen_lately(input.inventory, now));
    }
    let list = prepared.store.service_list(prepared.started.record.run)?;
    let list = list.and_then(Result::ok);
    Ok(list.map_or_else(HashSet::new, |list| seen_lately(&list, now)))
}

fn seen_lately(list: &Inventory, now: Timestamp) -> HashSet<MachineId> {
    let Some((column, seen)) = list.last_seen_column().zip(list.last_seen(now)) else {
        return HashSet::new();
    };
    let machines = list.machines.iter().enumerate();
    let is_recent = |(position, _): &(usize, _)| {
        let cell = list.cells.row(*position).nth(column);
        let seen = cell.and_then(|cell| LastSeen::read(&seen, cell));
        seen.is_some_and(|seen| now.duration_since(seen) <= SILENT)
    };
    machines.filter(is_recent).map(|(_, it)| it.id).collect()
}
