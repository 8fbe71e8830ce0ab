//! Distinguishes an outage of the service from failing machines.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

use super::{FIRST_PAUSE, probe_known, probing, sample::check_reachable};
use crate::{
    collect::per_machine::{
        breaker::{CallHistory, Circuit, FailedAttempt, Suspicion},
        caller::Caller,
        run::{Run, Stopped},
    },
    defender::{CallError, Class, MissingKbsApi},
    domain::{ending::Ending, outcome::Failure, text::span},
};

/// How long to wait for a sign of life before the failure is attributed to the machine.
const SIGN_OF_LIFE_WAIT: Duration = Duration::from_secs(1);
/// The maximum pause between probes, unless the service asks for a longer one.
const MAX_PAUSE: Duration = Duration::from_mins(1);
/// The maximum pause that the service can request.
const MAX_REQUESTED_PAUSE: Duration = Duration::from_mins(10);
/// The maximum length of an outage; a longer one ends the run.
const MAX_OUTAGE: Duration = Duration::from_hours(1);

/// Whether a failure is the machine's own, and counts. Returns once that is clear; in an outage, when the
/// outage is over.
pub(crate) async fn is_own_failure<A: MissingKbsApi>(
    caller: &Caller<A>,
    error: &CallError,
    history: &mut CallHistory,
) -> Result<bool, Stopped> {
    if !matches!(error.class, Class::Retryable(_)) {
        return Ok(true);
    }
    let run = &caller.run;
    let attempt = FailedAttempt {
        is_foreign: error.is_foreign,
        is_last: history.failures.failed >= run.policy.retries,
    };
    let suspicion = run.breaker.failed(history, attempt);
    if suspicion == Suspicion::None {
        return Ok(true);
    }
    run.breaker.change(Circuit::wait);
    let is_own = run.unless_stopped(determine_cause(caller, suspicion, error, history));
    let is_own = is_own.await;
    run.breaker.change(Circuit::end_wait);
    is_own?
}

async fn determine_cause<A: MissingKbsApi>(
    caller: &Caller<A>,
    suspicion: Suspicion,
    error: &CallError,
    history: &CallHistory,
) -> Result<bool, Stopped> {
    let breaker = &caller.run.breaker;
    if suspicion == Suspicion::LastAttempt {
        // In a large fleet another machine is answered soon, and no probe is needed.
        let sign = breaker.until(|circuit| circuit.has_sign_since(history));
        let _ = timeout(SIGN_OF_LIFE_WAIT, sign).await;
    }
    let _probing = probing(&caller.run).await?;
    if suspicion == Suspicion::NotTheService {
        check_reachable(caller, error).await?;
        return Ok(true);
    }
    let is_own = breaker.circuit().is_own(history);
    match is_own {
        Some(is_own) => Ok(is_own),
        None => probe(caller, history).await,
    }
}

/// Requests a machine that was answered before, unless another call shows first that the service works.
async fn probe<A: MissingKbsApi>(
    caller: &Caller<A>,
    history: &CallHistory,
) -> Result<bool, Stopped> {
    let breaker = &caller.run.breaker;
    let slot = tokio::select! {
        biased;
        () = breaker.until(|circuit| circuit.has_sign_since(history)) => return Ok(true),
        slot = caller.slot() => slot?,
    };
    match probe_known(caller, slot).await? {
        Err(failed) if breaker.circuit().is_own(history).is_none() => {
            wait_out(caller, failed).await?;
            Ok(false)
        }
        _ => Ok(true),
    }
}

/// Waits until the service answers again; all other calls wait meanwhile.
async fn wait_out<A: MissingKbsApi>(
    caller: &Caller<A>,
    mut failed: CallError,
) -> Result<(), Stopped> {
    let run = &caller.run;
    run.breaker.change(Circuit::open);
    log_outage(&failed.failure);
    let began = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut waited = Duration::ZERO;
    while waited < MAX_OUTAGE {
        let length = pause.max(requested_wait(&failed));
        run.limiter().down_until(Instant::now() + length);
        sleep(length).await;
        let probed = Instant::now();
        match probe_known(caller, caller.slot().await?).await? {
            Ok(()) => {
                end_outage(run, began.elapsed());
                return Ok(());
            }
            Err(again) => failed = again,
        }
        // Adds up its own pauses: while a computer was asleep, nothing was probed.
        waited += length + probed.elapsed().min(MAX_PAUSE);
        pause = (pause * 2).min(MAX_PAUSE);
    }
    give_up(run, failed.failure);
    Err(Stopped)
}

fn end_outage(run: &Run, took: Duration) {
    run.limiter().outage_over();
    run.breaker.change(Circuit::close);
    let outage_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    warn!(
        outage_ms,
        "The service is responding again after {}",
        span(took)
    );
}

fn give_up(run: &Run, mut failure: Failure) {
    let hours = span(MAX_OUTAGE);
    failure.message = format!("no answer for {hours}; last attempt: {}", failure.message);
    run.stop(Ending::Failing(failure));
}

/// How long the service asked to wait.
fn requested_wait(failed: &CallError) -> Duration {
    match failed.class {
        Class::Retryable(Some(wait)) => wait.min(MAX_REQUESTED_PAUSE),
        _ => Duration::ZERO,
    }
}

/// Logs an outage. It is logged nowhere else; the attempts during it are logged at debug level.
fn log_outage(failure: &Failure) {
    warn!(
        reason = %failure.reason,
        http_status = failure.http_status,
        code = failure.code,
        correlation_id = failure.correlation_id,
        "The service is not responding, not even for a machine it answered before; pausing all \
         requests until it does: {}",
        failure.message
    );
}
