//! The service's own count of the machines that miss each KB: a selection of machines begins with it, and the
//! answers are compared with it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tracing::warn;

use super::{
    gate::recording_gate, input::missing_because, prepare::Setup, shared_store::SharedStore,
};
use crate::{
    collect::census::{CensusFetcher, ServiceCensus},
    defender::Session,
    domain::{api::Api, text::chain},
    store::{RunRecord, Store},
};

/// Fetches the service's count, including the products with these names. Fails if the run is
/// interrupted or reaches its time limit meanwhile.
pub(super) async fn fetch_census(
    setup: &Setup<'_>,
    store: &SharedStore,
    session: &Session,
    named: &BTreeSet<String>,
) -> Result<ServiceCensus, String> {
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
pub(super) fn record_kbs(store: &mut Store, record: &RunRecord, census: &ServiceCensus) {
    let (service, now) = (record.service_number, Timestamp::now());
    if let Err(problem) = store.record_census_kbs(service, &census.products, now) {
        warn!(
            "The KBs of the service's own count could not be stored: {}",
            chain(&problem)
        );
    }
}
