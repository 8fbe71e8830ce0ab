//! Between collecting and the reports: the service's own count of machines that miss a KB, compared
//! with the run's answers. A failure here never ends the run: the reports say why the count is
//! missing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tracing::{debug, warn};

use super::attempt::{Attempt, Missing};
use crate::{
    aggregate::CensusTally,
    collect::census::{CensusFetcher, ServiceCensus},
    defender::{Session, refusal::REQUIRED_ROLE},
    domain::{api::Api, census::Census, ending::Ending, text::chain},
    run::{
        collect::Collected, gate::recording_gate, input::missing_because, prepare::Setup,
        shared_store::SharedStore,
    },
    store::{RunRecord, Store, StoreError},
};

/// The census, stored with the run; `None` if it is not wanted.
pub(in crate::run) async fn census(collected: &Collected<'_>) -> Option<Census> {
    if !collected.setup.input.config.census {
        return None;
    }
    let census = try_census(collected).await;
    let census = census.unwrap_or_else(Census::missing);
    warn_of_missing(&census);
    if collected.failure.is_none() {
        keep(collected, &census);
    }
    Some(census)
}

async fn try_census(collected: &Collected<'_>) -> Result<Census, Missing> {
    let attempt = Attempt::begin(collected, obstacle(collected))?;
    let tally = tally(&attempt).map_err(|problem| chain(&problem))?;
    let service = match collected.requested.selection() {
        // The run began with it.
        Some(selection) => &selection.census,
        None => &fetch_for(&attempt, &tally).await?,
    };
    Ok(Census {
        rows: tally.compare(&service.products),
        left_out: service.left_out.clone(),
        missing_because: None,
    })
}

/// Why no census can be requested; `None` if it can. It counts all machines, so the run must have
/// requested all of them.
fn obstacle(collected: &Collected<'_>) -> Option<Missing> {
    if collected.ending != Ending::Finished {
        return Some(missing_because(&collected.ending));
    }
    if let Some(held) = collected.setup.identity.lacks(&[REQUIRED_ROLE]) {
        return Some(format!(
            "the token lacks the permission {REQUIRED_ROLE}; its roles: {held}"
        ));
    }
    let is_broken = collected.failure.is_some();
    is_broken.then(|| "the store could not be written".to_owned())
}

/// Counts the machines by their answers; those without an answer by their last one from earlier
/// runs.
fn tally(attempt: &Attempt<'_>) -> Result<CensusTally, StoreError> {
    let mut tally = CensusTally::default();
    let unanswered = attempt.for_each_answer(&mut |_, answer| tally.answered(&answer.missing))?;
    let service = attempt.collected.record.service_number;
    let store = attempt.collected.store.lock();
    store.for_each_last_answer(service, unanswered, &mut |outcome, _| {
        if let Ok(answer) = &outcome.result {
            tally.not_answered(&answer.missing);
        }
    })?;
    Ok(tally)
}

async fn fetch_for(attempt: &Attempt<'_>, tally: &CensusTally) -> Result<ServiceCensus, Missing> {
    let named = tally.named();
    let Collected {
        setup,
        store,
        record,
        ..
    } = attempt.collected;
    let service = fetch(setup, store, attempt.session, &named).await?;
    debug!(calls = service.requests.sent, "census fetched");
    record_kbs(&mut store.lock(), record, &service);
    Ok(service)
}

/// Fetches the service's count, including the products with these names. Fails if the run is
/// interrupted or reaches its time limit meanwhile.
pub(in crate::run) async fn fetch(
    setup: &Setup<'_>,
    store: &SharedStore,
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

fn keep(collected: &Collected<'_>, census: &Census) {
    let kept = collected
        .store
        .lock()
        .set_census(collected.record.run, Some(census));
    if let Err(problem) = kept {
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
