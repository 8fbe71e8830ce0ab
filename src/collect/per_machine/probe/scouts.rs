//! Before any machine was answered: is it the machines at the head of the list that fail, or does
//! everything? A few from elsewhere in the list show that.

use std::time::Duration;

use tokio::time::sleep;

use super::probing;
use crate::{
    collect::per_machine::{caller::Caller, run::Stopped},
    defender::{CallError, Class, MissingKbsApi},
    domain::{ending::Ending, outcome::Failure},
};

/// How long is waited before the first scout is sent, where the failure may pass by itself; each
/// further wait is twice as long.
const PATIENCE: Duration = Duration::from_secs(2);

/// After many replies that were not the service's own: checks that it is there at all. Otherwise
/// the run is over.
pub(super) async fn hears_the_service<A: MissingKbsApi>(
    caller: &Caller<A>,
    error: &CallError,
) -> Result<(), Stopped> {
    let run = &caller.run;
    let in_doubt = run.breaker.circuit().hears_only_others();
    if !in_doubt || scouts_are_answered(caller, patience(&error.failure)).await? {
        return Ok(());
    }
    run.stop(Ending::NotTheService(error.failure.clone()));
    Err(Stopped)
}

/// After the first machines have all failed alike: checks that others do not. Otherwise the run is
/// over.
pub(crate) async fn check_others<A: MissingKbsApi>(caller: &Caller<A>, failure: Failure) {
    let run = &caller.run;
    let check = async {
        let _hold = run.breaker.hold();
        let _probing = probing(run).await?;
        scouts_are_answered(caller, Duration::ZERO).await
    };
    match run.unless_stopped(check).await {
        Ok(Ok(false)) => run.stop(Ending::Failing(failure)),
        _ => run.breaker.first_outcomes.lock().works(),
    }
}

/// Whether the service knows what to say to any of the scouts.
pub(super) async fn scouts_are_answered<A: MissingKbsApi>(
    caller: &Caller<A>,
    mut wait: Duration,
) -> Result<bool, Stopped> {
    for &machine in &caller.run.scouts {
        sleep(wait).await;
        wait *= 2;
        match caller.probe(machine, caller.slot().await?).await? {
            Err(error) if error.class != Class::NotFound => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}

/// A gateway that cannot reach the service may reach it in a moment. One that answers by itself
/// goes on with that.
fn patience(failure: &Failure) -> Duration {
    let is_passing = failure.http_status.is_some_and(|status| status >= 500);
    if is_passing { PATIENCE } else { Duration::ZERO }
}
