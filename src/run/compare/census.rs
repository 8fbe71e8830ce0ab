//! Between collecting and the reports: the service's own count of machines that miss a KB, compared
//! with the run's answers. A failure here never ends the run: the reports say why the count is
//! missing.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::{debug, warn};

use super::attempt::{Attempt, Missing, attempt};
use crate::{
    aggregate::CensusTally,
    collect::census::{CensusFetcher, ServiceCensus},
    defender::{Session, refusal::REQUIRED_ROLE},
    domain::{api::Api, census::Census, ending::Ending, text::chain},
    run::{
        RunError, collect::Collected, gate::recording_gate, input::missing_because, prepare::Setup,
    },
    store::{RunRecord, Store, StoreError},
};

/// Adds the census, if one is wanted, and stores it with the run.
pub(in crate::run) async fn add_census(
    collected: Collected<'_>,
) -> Result<Collected<'_>, RunError> {
    if !collected.setup.input.config.census {
        if collected.record.session > 1 {
            // An earlier session of this run may have kept one.
            keep(&collected.recorded.store, &collected.record, None);
        }
        return Ok(collected);
    }
    let is_broken = collected.recorded.failure.is_some();
    let obstacle = obstacle(&collected.setup, &collected.ending);
    let obstacle =
        obstacle.or_else(|| is_broken.then(|| "the store could not be written".to_owned()));
    let (collected, census) =
        attempt(collected, obstacle, async |attempt| census(&attempt).await).await?;
    let census = census.unwrap_or_else(Census::missing);
    warn_of_missing(&census);
    if !is_broken {
        keep(&collected.recorded.store, &collected.record, Some(&census));
    }
    Ok(Collected {
        census: Some(census),
        ..collected
    })
}

/// Why no census can be requested; `None` if it can. It counts all machines, so the run must have
/// requested all of them.
fn obstacle(setup: &Setup<'_>, ending: &Ending) -> Option<Missing> {
    if *ending != Ending::Finished {
        return Some(missing_because(ending));
    }
    let held = setup.identity.lacks(&[REQUIRED_ROLE])?;
    Some(format!(
        "the token lacks the permission {REQUIRED_ROLE}; its roles: {held}"
    ))
}

async fn census(attempt: &Attempt<'_>) -> Result<Census, Missing> {
    let tally = tally(attempt).map_err(|problem| chain(&problem))?;
    let service = match attempt.calls.selection() {
        // The run began with it.
        Some(selection) => &selection.census,
        None => &fetch_for(attempt, &tally).await?,
    };
    Ok(Census {
        rows: tally.compare(&service.products),
        left_out: service.left_out.clone(),
        missing_because: None,
    })
}

/// Counts the machines by their answers; those without an answer by their last one from earlier
/// runs.
fn tally(attempt: &Attempt<'_>) -> Result<CensusTally, StoreError> {
    let mut tally = CensusTally::default();
    let unanswered = attempt.for_each_answer(&mut |_, answer| tally.answered(&answer.missing))?;
    let service = attempt.record.service_number;
    let store = attempt.store.lock();
    store.for_each_last_answer(service, unanswered, &mut |outcome, _| {
        if let Ok(answer) = &outcome.result {
            tally.not_answered(&answer.missing);
        }
    })?;
    Ok(tally)
}

async fn fetch_for(attempt: &Attempt<'_>, tally: &CensusTally) -> Result<ServiceCensus, Missing> {
    let named = tally.named();
    let service = fetch(attempt.setup, attempt.store, attempt.session, &named).await?;
    debug!(calls = service.requests.sent, "census fetched");
    record_kbs(&mut attempt.store.lock(), attempt.record, &service);
    Ok(service)
}

/// Fetches the service's count, including the products with these names. Fails if the run is
/// interrupted or reaches its time limit meanwhile.
pub(in crate::run) async fn fetch(
    setup: &Setup<'_>,
    store: &Arc<Mutex<Store>>,
    session: &Session,
    named: &BTreeSet<String>,
) -> Result<ServiceCensus, Missing> {
    let config = setup.input.config;
    let gate = recording_gate(config, store, &setup.identity);
    let gate = gate.map_err(|error| chain(&error))?;
    let fetcher = CensusFetcher {
        api: session,
        limiter: gate.limiter(Api::Census),
        retries: config.service.retries,
        named,
    };
    let census = setup.input.in_time(fetcher.fetch()).await;
    census.map_err(|ending| missing_because(&ending))?
}

/// Records when each KB was first counted, for later runs that keep answers.
pub(in crate::run) fn record_kbs(store: &mut Store, record: &RunRecord, census: &ServiceCensus) {
    let (service, now) = (record.service_number, Timestamp::now());
    if let Err(problem) = store.record_census_kbs(service, &census.products, now) {
        warn!(
            "The KBs of the service's own count could not be stored: {}",
            chain(&problem)
        );
    }
}

fn keep(store: &Store, record: &RunRecord, census: Option<&Census>) {
    if let Err(problem) = store.set_census(record.run, census) {
        warn!(
            "The service's own count could not be stored: {}",
            chain(&problem)
        );
    }
}

/// Warns if the census, or a product in it, is missing.
fn warn_of_missing(census: &Census) {
    if let Some(because) = &census.missing_because {
        warn!("The service's own count is missing: {because}");
    }
    if let Some(first) = census.left_out.first() {
        warn!(
            products = census.left_out.len(),
            "The service's own count lacks {}: {}",
            first.product.escape_debug(),
            first.because
        );
    }
}
