//! Between collecting and the reports: the service's own count of machines that miss a KB, compared
//! with the run's answers. A failure here never ends the run: the reports say why the count is
//! missing.

use tracing::{debug, warn};

use super::attempt::{Attempt, Missing};
use crate::{
    aggregate::CensusTally,
    collect::census::ServiceCensus,
    defender::refusal::REQUIRED_ROLE,
    domain::{census::Census, text::chain},
    run::{
        census::{fetch_census, record_kbs},
        collect::Collected,
    },
    store::StoreError,
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
    let attempt = Attempt::begin(collected)?;
    if let Some(held) = collected.setup.identity.lacks(&[REQUIRED_ROLE]) {
        return Err(format!(
            "the token lacks the permission {REQUIRED_ROLE}; its roles: {held}"
        ));
    }
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
    let service = fetch_census(setup, store, attempt.session, &named).await?;
    debug!(calls = service.requests.sent, "census fetched");
    record_kbs(&mut store.lock(), record, &service);
    Ok(service)
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
