//! Between collecting and the reports: the service's own count of machines that miss a KB, compared
//! with the run's answers. A failure here never ends the run: the reports say why the count is
//! missing.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::{debug, warn};

use crate::{
    aggregate::CensusTally,
    collect::census::{CensusFetcher, ServiceCensus},
    defender::{
        Session,
        refusal::{REQUIRED_ROLE, lacks},
    },
    domain::{
        api::Api, census::Census, ending::Ending, machine::MachineId, outcome::Outcome, text::chain,
    },
    run::{
        RunError, collect::Collected, deadline, gate::recording_gate, lend::lend, prepare::Setup,
    },
    store::{Recorded, RunRecord, Store, StoreError},
};

/// Why there is no census, as worded in the reports.
type Missing = String;

/// Adds the census, if one is wanted, and stores it with the run.
pub(in crate::run) async fn add_census(
    collected: Collected<'_>,
) -> Result<Collected<'_>, RunError> {
    if collected.setup.input.config.census {
        return with_census(collected).await;
    }
    if collected.record.session > 1 {
        // An earlier session of this run may have kept one.
        keep(&collected.recorded.store, &collected.record, None);
    }
    Ok(collected)
}

async fn with_census(collected: Collected<'_>) -> Result<Collected<'_>, RunError> {
    let obstacle = obstacle(&collected.setup, &collected.ending);
    let is_broken = collected.recorded.failure.is_some();
    let (store, census) = lend(collected.recorded.store, async |store| {
        let attempt = Attempt {
            setup: &collected.setup,
            record: &collected.record,
            unsaved: &collected.recorded.unsaved,
            store,
            fetched: collected.calls.selection().map(|it| &it.census),
        };
        match (obstacle, &collected.session) {
            (Some(because), _) => Err(because),
            (None, Some(session)) if !is_broken => attempt.census(session).await,
            (None, _) => Err("the store could not be written".to_owned()),
        }
    })
    .await?;
    let census = census.unwrap_or_else(Census::missing);
    warn_of_missing(&census);
    if !is_broken {
        keep(&store, &collected.record, Some(&census));
    }
    Ok(Collected {
        recorded: Recorded {
            store,
            unsaved: collected.recorded.unsaved,
            failure: collected.recorded.failure,
        },
        census: Some(census),
        ..collected
    })
}

/// Why no census can be requested; `None` if it can. It counts all machines, so the run must have
/// requested all of them.
fn obstacle(setup: &Setup<'_>, ending: &Ending) -> Option<Missing> {
    let claims = setup.identity.claims.as_ref();
    match ending {
        Ending::Finished => claims
            .and_then(|claims| lacks(claims, &[REQUIRED_ROLE]))
            .map(|held| {
                format!("the token lacks the permission {REQUIRED_ROLE}; its roles: {held}")
            }),
        Ending::OutOfTime => Some("the time limit was reached".to_owned()),
        Ending::Interrupted => Some("the run was interrupted".to_owned()),
        _ => Some("the run ended early".to_owned()),
    }
}

/// An attempt to get the census of a run.
struct Attempt<'run> {
    setup: &'run Setup<'run>,
    record: &'run RunRecord,
    unsaved: &'run [Outcome],
    /// Lent to the ledger of the calls during the attempt.
    store: &'run Arc<Mutex<Store>>,
    /// The service's count, if it was fetched before collecting.
    fetched: Option<&'run ServiceCensus>,
}

impl Attempt<'_> {
    async fn fetch(
        &self,
        session: &Session,
        tally: &CensusTally,
    ) -> Result<ServiceCensus, Missing> {
        let service = fetch(self.setup, self.store, session, &tally.named()).await?;
        debug!(calls = service.requests.sent, "census fetched");
        record_kbs(&mut self.store.lock(), self.record, &service);
        Ok(service)
    }

    async fn census(&self, session: &Session) -> Result<Census, Missing> {
        let tally = self.tally().map_err(|problem| chain(&problem))?;
        let service = match self.fetched {
            Some(service) => service,
            None => &self.fetch(session, &tally).await?,
        };
        Ok(Census {
            rows: tally.compare(&service.products),
            left_out: service.left_out.clone(),
            missing_because: None,
        })
    }

    /// Counts the machines by their answers; those without an answer by their last one from earlier
    /// runs.
    fn tally(&self) -> Result<CensusTally, StoreError> {
        let machines = &self.setup.input.inventory.machines;
        let mut unanswered: HashSet<MachineId> = machines.iter().map(|it| it.id).collect();
        let mut tally = CensusTally::default();
        let mut count = |outcome: &Outcome| {
            if let Ok(answer) = &outcome.result
                && unanswered.remove(&outcome.machine)
            {
                tally.answered(&answer.missing);
            }
        };
        self.unsaved.iter().for_each(&mut count);
        let store = self.store.lock();
        store.for_each_outcome(self.record.run, &mut |outcome, _| count(&outcome))?;
        let service = self.record.service_number;
        store.for_each_last_answer(service, unanswered, &mut |outcome, _| {
            if let Ok(answer) = &outcome.result {
                tally.not_answered(&answer.missing);
            }
        })?;
        Ok(tally)
    }
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
    tokio::select! {
        biased;
        () = setup.input.stops.gentle.cancelled() => Err("the run was interrupted".to_owned()),
        () = deadline::reached(config.until, Timestamp::now) => Err("the time limit was reached".to_owned()),
        census = fetcher.fetch() => census,
    }
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
