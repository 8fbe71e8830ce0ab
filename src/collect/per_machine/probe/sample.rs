//! Before any machine was answered, determines whether only the machines at the start of the list fail, or
//! all of them, by requesting a few from elsewhere in the list.

use std::time::Duration;

use tokio::time::sleep;

use super::probing;
use crate::{
    collect::per_machine::{caller::Caller, run::Stopped},
    defender::{CallError, Class, MissingKbsApi},
    domain::{ending::Ending, outcome::Failure},
};

/// The wait before the first request, if the failure may be transient; doubled before each further one.
const FIRST_WAIT: Duration = Duration::from_secs(2);

/// After many foreign replies: checks whether the service can be reached at all. If not, ends the run.
pub(super) async fn check_reachable<A: MissingKbsApi>(
    caller: &Caller<A>,
    error: &CallError,
) -> Result<(), Stopped> {
    let run = &caller.run;
    let is_suspected = run.breaker.circuit().only_foreign_replies();
    if !is_suspected || sample_is_answered(caller, first_wait(&error.failure)).await? {
        return Ok(());
    }
    run.stop(Ending::NotTheService(error.failure.clone()));
    Err(Stopped)
}

/// After the first machines have all failed in the same way: checks whether other machines do as well. If so,
/// ends the run.
pub(crate) async fn check_others<A: MissingKbsApi>(caller: &Caller<A>, failure: Failure) {
    let run = &caller.run;
    let check = async {
        let _hold = run.breaker.hold();
        let _probing = probing(run).await?;
        sample_is_answered(caller, Duration::ZERO).await
    };
    match run.unless_stopped(check).await {
        Ok(Ok(false)) => run.stop(Ending::Failing(failure)),
        _ => run.breaker.first_outcomes.lock().sign_of_life(),
    }
}

/// Whether the service gives a definite reply for any machine of the sample.
pub(super) async fn sample_is_answered<A: MissingKbsApi>(
    caller: &Caller<A>,
    mut wait: Duration,
) -> Result<bool, Stopped> {
    for &machine in &caller.run.sample {
        sleep(wait).await;
        wait *= 2;
        match caller.probe(machine, caller.slot().await?).await? {
            Err(error) if error.class != Class::NotFound => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}

/// The first wait. A gateway that cannot reach the service may reach it a moment later; one that replies on
/// its own behalf will not change.
fn first_wait(failure: &Failure) -> Duration {
    let is_passing = failure.http_status.is_some_and(|status| status >= 500);
    if is_passing {
        FIRST_WAIT
    } else {
        Duration::ZERO
    }
}
