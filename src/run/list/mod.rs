//! The machine list from the service, before a run begins.
//!
//! A run that ended early goes on with the list that it began with: a list that is read anew would
//! hardly ever have the same machines.

mod input;
mod selection;

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

pub(crate) use self::input::ListInput;
use self::selection::{query, selection};
use super::{
    RunError,
    gate::gate,
    identity::Identity,
    kept::last_run,
    prepare::{SignedIn, session, sign_in},
    reporting::output::Output,
};
use crate::{
    collect::list::{ListError, ListFetcher, ListSink},
    config::Config,
    defender::{
        CallError,
        auth::Claims,
        refusal::{LIST_ROLES, lacks},
    },
    domain::{
        api::Api,
        listed_machine::ListedMachine,
        skip_reason::SkipReason,
        text::{counted, thousands},
    },
    inventory::{Fetched, Inventory, ServiceList},
    quota::Gate,
    store::{DirectLedger, Problem, Reuse, Store, StoreError},
};

/// The name of the service's list in reports.
const NAME: &str = "service";

impl ListSink for ServiceList {
    fn record(&mut self, machine: ListedMachine) {
        self.push(&machine);
    }

    fn retain(&mut self, is_kept: &dyn Fn(usize) -> bool) {
        Self::retain(self, is_kept);
    }
}

/// The list of a run that ended early and can be resumed, else the service's list as it is now.
pub(crate) async fn list_of_run(input: ListInput<'_>) -> Result<Inventory, RunError> {
    if let Some(list) = resumable_list(input)? {
        return Ok(list);
    }
    // Whatever cannot be written is found out before anything is requested.
    Output::prepare(input.config)?;
    let list = fetch(input).await?;
    check_not_all_skipped(&list)?;
    let csv_guard = input.config.reports.csv_guard;
    let mut inventory = list.inventory(NAME, csv_guard)?;
    inventory.fetched = Some(Fetched {
        as_of: input.now,
        query: query(input)?,
    });
    Ok(inventory)
}

/// Checks that a machine is left to request.
fn check_not_all_skipped(list: &ServiceList) -> Result<(), RunError> {
    let mut reasons: BTreeMap<SkipReason, u64> = BTreeMap::new();
    for place in 0..list.len() {
        match list.skipped_because(place) {
            Some(reason) => *reasons.entry(reason).or_default() += 1,
            None => return Ok(()),
        }
    }
    let machines = counted(list.len() as u64, "machine", "machines");
    let reasons = reasons.iter();
    let reasons: Vec<String> = reasons
        .map(|(reason, machines)| format!("{} {}", thousands(*machines), reason.phrase()))
        .collect();
    let reasons = reasons.join(", ");
    Err(RunError::AllSkipped { machines, reasons })
}

/// The list of the tenant's last run, however it ended: for a command that sends nothing.
pub(crate) fn kept_list(input: ListInput<'_>) -> Result<Inventory, RunError> {
    let query = query(input)?;
    let kept = Store::read_only(input.state, |store| {
        let run = last_run(store, input.config)?.run;
        let inventory = store.inventory(run)?;
        match &inventory.fetched {
            Some(fetched) if fetched.query == query => Ok(inventory),
            _ => Err(RunError::NoKeptList),
        }
    });
    kept.map_err(|error| match error {
        RunError::Store(StoreError {
            problem: Problem::Missing | Problem::Empty(_),
            ..
        }) => RunError::NoKeptList,
        error => error,
    })
}

/// The list of the tenant's last run if it was fetched with the same filters, and the run can be
/// resumed.
fn resumable_list(input: ListInput<'_>) -> Result<Option<Inventory>, RunError> {
    let (Reuse::EndedEarly(longest) | Reuse::Answers(longest)) = input.config.store.reuse else {
        return Ok(None);
    };
    if !input.state.exists() {
        return Ok(None);
    }
    let store = Store::open(input.state)?;
    let Ok(last) = last_run(&store, input.config) else {
        return Ok(None);
    };
    let age = input.now.duration_since(last.active_at).unsigned_abs();
    if !last.ended_early() || age > longest {
        return Ok(None);
    }
    let inventory = store.inventory(last.run)?;
    let query = query(input)?;
    let fetched = inventory.fetched.as_ref();
    let is_same = fetched.is_some_and(|it| it.query == query);
    Ok(is_same.then_some(inventory))
}

/// Fetches the list from the service.
pub(crate) async fn fetch(input: ListInput<'_>) -> Result<ServiceList, RunError> {
    let config = input.config;
    let mut list = ServiceList::new(selection(input)?);
    let session = session(config, input.now)?;
    let claims = match sign_in(config, input.stops, &session).await? {
        SignedIn::As(claims) => claims,
        SignedIn::NoAnswer(error) => return Err(error.into()),
    };
    demand_role(claims.as_ref())?;
    let identity = Identity::new(config, claims);
    let gate = recording_gate(input, &identity)?;
    let fetcher = ListFetcher {
        api: &session,
        limiter: gate.limiter(Api::Machines),
        filter: config.filters.odata.as_deref(),
        retries: config.service.retries,
    };
    let pages = fetcher.fetch(&mut list);
    let ended = input.stops.gentle.run_until_cancelled(pages).await;
    let ended = ended.ok_or(RunError::Interrupted)?;
    ended.map_err(|error| list_error(error, config, identity.claims.as_ref()))?;
    list.sort();
    Ok(list)
}

/// The gate for calls before a run, which are recorded in the store.
fn recording_gate(input: ListInput<'_>, identity: &Identity) -> Result<Gate, RunError> {
    let store = Store::open(input.state)?;
    let gate = gate(input.config, &store, identity)?;
    let store = Arc::new(Mutex::new(store));
    let application = &identity.application;
    let ledger = |api| DirectLedger::new(Arc::clone(&store), application.clone(), api);
    Ok(gate.recording_in(|api| Arc::new(ledger(api))))
}

/// Checks that a token with roles lists one that allows reading the list. A user's token lists scopes, which
/// have other names, so the decision is left to the service.
fn demand_role(claims: Option<&Claims>) -> Result<(), RunError> {
    match claims.and_then(|claims| lacks(claims, &LIST_ROLES)) {
        Some(held) => Err(RunError::NoListRole { held }),
        None => Ok(()),
    }
}

fn list_error(error: ListError, config: &Config, claims: Option<&Claims>) -> RunError {
    match error {
        ListError::Empty => RunError::NoMachines(config.filters.odata.is_some()),
        ListError::Store(error) => RunError::ListStore(error),
        ListError::Failed(error) => failed(error, config, claims),
    }
}

fn failed(error: CallError, config: &Config, claims: Option<&Claims>) -> RunError {
    use crate::defender::Class::{Machine, Run, StaleToken, Token};
    match error.class {
        Run | Token | StaleToken => RunError::refused_for(LIST_ROLES[0], error.failure, claims),
        Machine if error.failure.http_status == Some(400) && config.filters.odata.is_some() => {
            RunError::BadFilter(error.failure)
        }
        _ => RunError::ListFailed(error.failure),
    }
}
