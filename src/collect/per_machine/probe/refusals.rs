//! Confirms a refusal before it ends the run: a single one may be transient, or concern only one machine.

use std::time::Duration;

use super::{probe_known, probing, sample::sample_is_answered};
use crate::{
    collect::per_machine::{
        breaker::{CallHistory, Circuit},
        caller::Caller,
        run::Stopped,
    },
    defender::{CallError, MissingKbsApi, refusal},
};

/// What a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalScope {
    /// Not clear yet: the machine has to be requested again.
    Unclear,
    /// Only this machine.
    Machine,
    /// The whole run.
    Run,
}

/// The replies to other calls meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OtherCalls {
    Accepted,
    Refused,
    NoReply,
}

/// What a refusal of the whole run concerns, according to other calls.
pub(crate) async fn refusal_scope<A: MissingKbsApi>(
    caller: &Caller<A>,
    error: &CallError,
    history: &mut CallHistory,
) -> Result<RefusalScope, Stopped> {
    let run = &caller.run;
    let breaker = &run.breaker;
    let is_first = history.refused_at.is_none();
    let earlier = *history
        .refused_at
        .get_or_insert_with(|| run.tracker.answers());
    let has_answered = breaker.circuit().has_answered();
    if !has_answered && !refusal::may_concern_one_machine(&error.failure) {
        return Ok(RefusalScope::Run);
    }
    if !is_first && run.tracker.answers() > earlier {
        return Ok(RefusalScope::Machine);
    }
    // After several refusals only a probe is sent, by the caller that counted the last of them.
    breaker.change(Circuit::refused);
    let several = breaker.circuit().is_refused();
    if is_first && breaker.circuit().has_answered() && !several {
        return Ok(RefusalScope::Unclear);
    }
    let other_calls = run.unless_stopped(other_calls(caller, earlier)).await??;
    breaker.change(Circuit::accepted);
    Ok(match other_calls {
        OtherCalls::Refused => RefusalScope::Run,
        OtherCalls::Accepted if !is_first => RefusalScope::Machine,
        OtherCalls::Accepted | OtherCalls::NoReply => RefusalScope::Unclear,
    })
}

async fn other_calls<A: MissingKbsApi>(
    caller: &Caller<A>,
    earlier: u64,
) -> Result<OtherCalls, Stopped> {
    let run = &caller.run;
    let _hold = run.breaker.hold();
    let _probing = probing(run).await?;
    if run.tracker.answers() > earlier {
        return Ok(OtherCalls::Accepted);
    }
    let has_answered = run.breaker.circuit().has_answered();
    if has_answered {
        let reply = probe_known(caller, caller.slot().await?).await?;
        return Ok(reply.map_or(OtherCalls::NoReply, |()| OtherCalls::Accepted));
    }
    let answered = sample_is_answered(caller, Duration::ZERO).await?;
    Ok(if answered {
        OtherCalls::Accepted
    } else {
        OtherCalls::Refused
    })
}
