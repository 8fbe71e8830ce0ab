//! Probes: calls that determine the cause of failures, while other calls wait.
//!
//! - `outage.rs`: a failure may be the service's. A machine that was answered before is requested again; if
//!   that fails too, all calls wait, and further probes follow at growing intervals, for up to an hour
//! - `refusals.rs`: a refusal of the whole run may be transient, or concern only one machine
//! - `sample.rs`: before any machine was answered, machines from elsewhere in the list are
//!   requested
//!
//! What calls have shown so far is kept in the circuit (`../breaker/`).

mod outage;
mod refusals;
mod sample;

use std::time::Duration;

use tokio::{sync::MutexGuard, time::sleep};

use super::{
    breaker::Circuit,
    caller::{CallSlot, Caller},
    run::{Run, Stopped},
};
use crate::{
    defender::{CallError, Class, MissingKbsApi},
    domain::ending::Ending,
};

pub(super) use self::{
    outage::is_own_failure,
    refusals::{RefusalScope, refusal_scope},
    sample::check_others,
};

/// The first pause between probes.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The right to send probes; fails if the previous holder has ended the run.
async fn probing(run: &Run) -> Result<MutexGuard<'_, ()>, Stopped> {
    let probing = run.breaker.probing.lock().await;
    run.check_running()?;
    Ok(probing)
}

/// Requests a machine that was answered before. The content of the reply is ignored: it only shows whether
/// the service works. If the service refuses the run for this machine as well, the refusal is final.
async fn probe_known<'a, A: MissingKbsApi>(
    caller: &'a Caller<A>,
    slot: CallSlot<'a>,
) -> Result<Result<(), CallError>, Stopped> {
    let reply = probe_once(caller, slot).await?;
    if !matches!(&reply, Err(error) if error.class == Class::RunRefused) {
        return Ok(reply);
    }
    sleep(FIRST_PAUSE).await;
    match probe_once(caller, caller.slot().await?).await? {
        Err(refused) if refused.class == Class::RunRefused => {
            caller.run.stop(Ending::Refused(refused.failure));
            Err(Stopped)
        }
        reply => Ok(reply),
    }
}

async fn probe_once<A: MissingKbsApi>(
    caller: &Caller<A>,
    slot: CallSlot<'_>,
) -> Result<Result<(), CallError>, Stopped> {
    let breaker = &caller.run.breaker;
    let machine = breaker.circuit().known().ok_or(Stopped)?;
    breaker.change(Circuit::probed);
    Ok(match caller.probe(machine, slot).await? {
        Err(error) if matches!(error.class, Class::Retryable(_) | Class::RunRefused) => Err(error),
        _ => Ok(()),
    })
}
