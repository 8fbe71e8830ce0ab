//! Probes: calls that find out what failures mean, while other calls wait.
//!
//! - `outage.rs`: a failure may be the service's. A machine that was answered before is asked for
//!   once more; when that fails too, everybody waits, and further probes follow after ever longer
//!   pauses, for up to an hour
//! - `refusals.rs`: a refusal of the whole run may pass, or concern one machine alone
//! - `scouts.rs`: before anybody was answered, machines from elsewhere in the list are asked for
//!
//! What calls have shown so far is the circuit's (`../breaker/`).

mod outage;
mod refusals;
mod scouts;

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
    scouts::check_others,
};

/// The first pause between probes.
const SHORTEST: Duration = Duration::from_secs(1);

/// The right to send probes; none when whoever had it before has ended the run.
async fn probing(run: &Run) -> Result<MutexGuard<'_, ()>, Stopped> {
    let probing = run.breaker.probing.lock().await;
    run.go_on()?;
    Ok(probing)
}

/// Asks for a machine that was answered. Its answer is not needed, and neither is any other
/// reply: all that counts is whether the service works. Where it refuses the run to another
/// one as well, that stands.
async fn probe_known<'a, A: MissingKbsApi>(
    caller: &'a Caller<A>,
    slot: CallSlot<'a>,
) -> Result<Result<(), CallError>, Stopped> {
    let reply = probe_once(caller, slot).await?;
    if !matches!(&reply, Err(error) if error.class == Class::Run) {
        return Ok(reply);
    }
    sleep(SHORTEST).await;
    match probe_once(caller, caller.slot().await?).await? {
        Err(refused) if refused.class == Class::Run => {
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
        Err(error) if matches!(error.class, Class::Call(_) | Class::Run) => Err(error),
        _ => Ok(()),
    })
}
