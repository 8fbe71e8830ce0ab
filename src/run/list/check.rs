//! Fetches the service's list to compare it with the list of a run. A failure here never ends the
//! run: the reports say why there is no comparison.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;
use tracing::warn;

use super::{Access, ListInput, error::ServiceListError, inventory, query, selection};
use crate::{
    domain::text::{chain, span},
    inventory::{Inventory, ListCheck, ListComparison},
    run::{RunError, RunInput, deadline, prepare::Prepared},
    store::{RunId, Snapshot, StoreError},
};

/// How long a run waits for the service's list.
const LIST_TIMEOUT: Duration = Duration::from_mins(10);

/// Checks the filters of the comparison before anything is requested.
pub(in crate::run) fn require_filters(input: RunInput<'_>) -> Result<(), RunError> {
    if is_wanted(input) {
        query(list_input(input))?;
    }
    Ok(())
}

/// Fetches the service's list for the comparison, if it is wanted, and stores it with the run.
pub(in crate::run) async fn check_list(prepared: &Prepared<'_>) {
    let Prepared { setup, store, .. } = prepared;
    if !is_wanted(setup.input) {
        return;
    }
    let fetched = match &prepared.session {
        Ok(session) => {
            let access = Access {
                session,
                identity: &setup.identity,
                store,
            };
            access.fetch_in_time(list_input(setup.input)).await
        }
        Err(error) => Err(chain(error)),
    };
    if let Err(problem) = &fetched {
        warn!("The list was not compared with the service's: {problem}");
    }
    let fetched = fetched.as_ref().map_err(String::as_str);
    let run = prepared.started.record.run;
    if let Err(problem) = store.lock().record_service_list(run, fetched) {
        warn!(
            "The service's list could not be stored: {}",
            chain(&problem)
        );
    }
}

impl Access<'_> {
    /// The list, or why there is none: one reason is that it takes too long.
    async fn fetch_in_time(&self, input: ListInput<'_>) -> Result<Inventory, String> {
        let fetch = async {
            let list = self.fetch(input, selection(input)?).await?;
            // Cells are guarded when they are written.
            inventory(input, &list, false)
        };
        tokio::select! {
            biased;
            list = fetch => list.map_err(|error| described(&error)),
            () = sleep(LIST_TIMEOUT) => Err(format!("it did not arrive within {}", span(LIST_TIMEOUT))),
            () = deadline::reached(input.config.until, Timestamp::now) => {
                Err("the time limit was reached".to_owned())
            }
        }
    }
}

/// The error, with the hint for a missing role.
fn described(error: &RunError) -> String {
    let problem = chain(error);
    match (error, error.hint()) {
        (RunError::ServiceList(ServiceListError::NoRole { .. }), Some(hint)) => {
            format!("{problem}; {hint}")
        }
        _ => problem,
    }
}

/// The comparison of a run's list with the service's; `None` if it was not requested.
pub(in crate::run) fn list_check(
    store: &Snapshot,
    run: RunId,
    list: &Inventory,
) -> Result<Option<ListCheck>, StoreError> {
    let kept = store.with_store(|store| store.service_list(run))?;
    Ok(kept.map(|kept| match kept {
        Ok(service) => ListCheck::Compared(Box::new(ListComparison::of(list, service))),
        Err(problem) => ListCheck::Missing(problem),
    }))
}

/// Whether the comparison is wanted, and the run's list is not itself the service's.
fn is_wanted(input: RunInput<'_>) -> bool {
    input.config.filters.check_list && input.inventory.fetched.is_none()
}

fn list_input(input: RunInput<'_>) -> ListInput<'_> {
    ListInput {
        config: input.config,
        state: input.state,
        now: input.started.timestamp(),
        stops: input.stops,
    }
}
