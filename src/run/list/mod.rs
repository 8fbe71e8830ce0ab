//! The machine list from the service: the list of a run, or one to compare the run's list with.
//!
//! - `input`: what the list is fetched with; `selection`: the filters, from the configuration
//! - `error`: why the list cannot be used
//! - `check`: fetches the service's list to compare it with that of a run
//!
//! A run that ended early is resumed with the list that it began with: a new list would hardly ever
//! have the same machines.

mod check;
pub(super) mod error;
mod input;
mod selection;

use std::collections::BTreeMap;

pub(super) use self::check::{check_list, list_check, require_filters};
pub(crate) use self::input::ListInput;
use self::{
    error::ServiceListError,
    selection::{query, selection},
};
use super::{
    RunError,
    gate::{forget_limits, recording_gate},
    identity::Identity,
    kept::find::last_run,
    prepare::{session, sign_in},
    reporting::output::Output,
    shared_store::SharedStore,
};
use crate::{
    collect::list::{ListError, ListFetcher, ListSink},
    config::Config,
    defender::{
        CallError, Session,
        auth::Claims,
        refusal::{LIST_ROLES, lacks},
    },
    domain::{
        api::Api,
        listed_machine::ListedMachine,
        skip_reason::{SkipReason, describe},
        text::counted,
    },
    inventory::{Fetched, Inventory, Selection, ServiceList},
    store::{Problem, Reuse, Store, StoreError},
};

/// The name of the service's list in reports.
const SERVICE_LIST_NAME: &str = "service";

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
    // Check that output is writable before sending any request.
    let columns = Inventory {
        columns: ServiceList::columns(),
        ..Inventory::default()
    };
    Output::prepare(input.config, &columns)?;
    let list = fetch(input).await?;
    inventory(input, &list, input.config.reports.csv_guard)
}

/// The service's list as the inventory of a run.
fn inventory(
    input: ListInput<'_>,
    list: &ServiceList,
    csv_guard: bool,
) -> Result<Inventory, RunError> {
    check_not_all_skipped(list)?;
    let fetched = Fetched {
        as_of: input.now,
        is_whole: input.config.filters.odata.is_none(),
        query: query(input)?,
    };
    Ok(Inventory {
        fetched: Some(fetched),
        ..list.inventory(SERVICE_LIST_NAME, csv_guard)?
    })
}

/// Fails if every machine is skipped.
fn check_not_all_skipped(list: &ServiceList) -> Result<(), RunError> {
    let mut reasons: BTreeMap<SkipReason, u64> = BTreeMap::new();
    for place in 0..list.len() {
        match list.skipped_because(place) {
            Some(reason) => *reasons.entry(reason).or_default() += 1,
            None => return Ok(()),
        }
    }
    let machines = counted(list.len() as u64, "machine", "machines");
    let reasons = describe(&reasons);
    Err(ServiceListError::AllSkipped { machines, reasons }.into())
}

/// The list of the tenant's last run, however it ended: for a command that sends nothing.
pub(crate) fn kept_list(input: ListInput<'_>) -> Result<Inventory, RunError> {
    let query = query(input)?;
    let kept = Store::read_only(input.state.path(), |store| {
        let run = last_run(store, input.config)?.run;
        let mut inventory = store.inventory(run)?;
        if let Some(Ok(list)) = store.service_list(run)? {
            inventory = list;
        }
        match &inventory.fetched {
            Some(fetched) if fetched.query == query => Ok(inventory),
            _ => Err(ServiceListError::NotKept.into()),
        }
    });
    kept.map_err(|error| match error {
        RunError::Store(StoreError {
            problem: Problem::Missing | Problem::Empty(_),
            ..
        }) => ServiceListError::NotKept.into(),
        error => error,
    })
}

/// The list of the tenant's last run if it was fetched with the same filters, and the run can be
/// resumed.
fn resumable_list(input: ListInput<'_>) -> Result<Option<Inventory>, RunError> {
    let (Reuse::EndedEarly(longest) | Reuse::Answers(longest)) = input.config.store.reuse else {
        return Ok(None);
    };
    if !input.state.path().exists() {
        return Ok(None);
    }
    let store = input.state.open()?;
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
    let selection = selection(input)?;
    let session = session(input.config, input.now)?;
    let claims = sign_in(input.config, input.stops, &session)
        .await?
        .claims()?;
    let access = Access {
        identity: &Identity::new(input.config, claims),
        session: &session,
        store: &SharedStore::new(input.state.open()?),
    };
    access.fetch(input, selection).await
}

/// The access with which the service's list is fetched.
struct Access<'run> {
    session: &'run Session,
    identity: &'run Identity,
    /// Records the calls.
    store: &'run SharedStore,
}

impl Access<'_> {
    async fn fetch(
        &self,
        input: ListInput<'_>,
        selection: Selection,
    ) -> Result<ServiceList, RunError> {
        let config = input.config;
        require_role(self.identity.claims.as_ref())?;
        let mut list = ServiceList::new(selection);
        forget_limits(config, &self.store.lock(), self.identity, input.now)?;
        let gate = recording_gate(config, self.store, self.identity)?;
        let fetcher = ListFetcher {
            api: self.session,
            limiter: gate.limiter(Api::Machines),
            filter: config.filters.odata.as_deref(),
            retries: config.service.retries,
        };
        let pages = fetcher.fetch(&mut list);
        let ended = input.stops.gentle.run_until_cancelled(pages).await;
        let ended = ended.ok_or(RunError::Interrupted)?;
        ended.map_err(|error| list_error(error, config, self.identity.claims.as_ref()))?;
        list.sort();
        Ok(list)
    }
}

/// Checks that a token with roles has one that allows reading the list. A user's token has scopes
/// with other names, so the decision is left to the service.
fn require_role(claims: Option<&Claims>) -> Result<(), ServiceListError> {
    match claims.and_then(|claims| lacks(claims, &LIST_ROLES)) {
        Some(held) => Err(ServiceListError::NoRole { held }),
        None => Ok(()),
    }
}

fn list_error(error: ListError, config: &Config, claims: Option<&Claims>) -> RunError {
    match error {
        ListError::Empty => ServiceListError::Empty(config.filters.odata.is_some()).into(),
        ListError::Store(error) => ServiceListError::Store(error).into(),
        ListError::Failed(error) => failed(error, config, claims),
    }
}

fn failed(error: CallError, config: &Config, claims: Option<&Claims>) -> RunError {
    use crate::defender::Class::{MachineRefused, RunRefused, TokenRejected, TokenSuperseded};
    match error.class {
        RunRefused | TokenRejected | TokenSuperseded => {
            RunError::refused_for(LIST_ROLES[0], error.failure, claims)
        }
        MachineRefused
            if error.failure.http_status == Some(400) && config.filters.odata.is_some() =>
        {
            ServiceListError::BadFilter(error.failure).into()
        }
        _ => ServiceListError::Failed(error.failure).into(),
    }
}
