//! What the tokens of a check allow, its one call, and what the answer means.

use std::future::ready;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    app::AppError,
    collect::warn_of_narrowed,
    config::Config,
    defender::{
        Address, CallError, Class, MissingKbsApi, Session, auth::Claims, refusal::REQUIRED_ROLE,
    },
    domain::{answer::Source, api::Api, machine::MachineId},
    run::{
        RunError,
        gate::gate,
        identity::Identity,
        prepare::{graph_session, require_graph_role, require_role},
    },
    store::{Application, CallLog, Lock, Store},
};

/// The API that the one call is sent to.
pub(super) const API: Api = Api::MissingKbs;

/// A machine that no tenant has: if the service answers that it is unknown, access is granted.
const UNKNOWN_MACHINE: MachineId = MachineId::from_bytes([0; 20]);

/// Whether access is granted: the meaning of the service's answer to one call.
pub(super) async fn access(
    config: &Config,
    session: &Session,
    store: &Store,
    identity: &Identity,
) -> Result<&'static str, AppError> {
    let refusal = one_call(config, session, store, identity).await?;
    let Some(error) = refusal else {
        return Ok("granted");
    };
    match error.class {
        Class::NotFound => Ok("granted"),
        Class::Throttled(_) => Ok("granted, but the quota is used up at the moment"),
        Class::RunRefused | Class::TokenRejected | Class::TokenSuperseded => {
            Err(RunError::refused(error.failure, identity.claims.as_ref()).into())
        }
        Class::Retryable(_) | Class::NoToken | Class::MachineRefused => {
            Err(AppError::NoAnswer(error.failure))
        }
    }
}

/// Makes one call with a permit of the quota, and records it, so that the next run's windows count
/// it: not by a ledger, which records nothing without limits, because that run may have some. The user
/// is waiting: without an immediate permit, no call is made.
async fn one_call(
    config: &Config,
    session: &Session,
    store: &Store,
    identity: &Identity,
) -> Result<Option<CallError>, AppError> {
    let application = &identity.application;
    let _lock = lock(store, application).await?;
    let gate = gate(config, store, identity)?;
    let limiter = gate.limiter(API);
    if let Some((_, until)) = limiter.waiting() {
        return Err(AppError::QuotaUsedUp(until - Instant::now()));
    }
    let permit = limiter.permit().await?;
    let log = CallLog::of(store, application);
    let call = log.record_call(API)?;
    let reply = session
        .page(&Address::Machine(UNKNOWN_MACHINE), &permit)
        .await;
    drop(permit);
    log.record_answer(call)?;
    let refusal = reply.err();
    if let Some(refused) = refusal.as_ref().and_then(CallError::quota_refusal) {
        let throttled = limiter.throttled(refused);
        log.record_pause(API, throttled.resume_at - Instant::now())?;
        if let (Some(limits), Some(limit)) = (&throttled.narrowed, refused.limit) {
            log.record_limit(API, limit)?;
            warn_of_narrowed(API, limits);
        }
    }
    Ok(refusal)
}

/// The lock of this app registration; fails if another process holds it.
async fn lock(store: &Store, application: &Application) -> Result<Lock, AppError> {
    tokio::select! {
        biased;
        lock = Lock::acquire(store.path(), application, || ()) => Ok(lock?),
        () = ready(()) => Err(AppError::Busy),
    }
}

/// Checks that the tokens allow what a run would need. A user's token has scopes with other names, so the
/// decision is left to the service. `graph` is the sign-in to Graph, if a run would need one.
pub(super) fn require_roles(
    config: &Config,
    identity: &Identity,
    graph: Option<Result<Option<Claims>, AppError>>,
) -> Result<(), AppError> {
    if let (None, Some(held)) = (config.source.answers.bulk, identity.lacks(&[REQUIRED_ROLE])) {
        return Err(AppError::MissingRole {
            role: REQUIRED_ROLE,
            held,
        });
    }
    require_role(config, identity)?;
    match graph {
        Some(claims) => Ok(require_graph_role(config, claims?.as_ref())?),
        None => Ok(()),
    }
}

/// The claims of the token for Graph, if a run would hunt.
pub(super) async fn sign_in_to_graph(
    config: &Config,
    now: Timestamp,
) -> Option<Result<Option<Claims>, AppError>> {
    if config.source.answers.bulk != Some(Source::Hunting) {
        return None;
    }
    let sign_in = async { Ok(graph_session(config, now)?.sign_in().await?) };
    Some(sign_in.await)
}
