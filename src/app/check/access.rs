//! The one call of a check, and what its answer means.

use std::future::ready;

use tokio::time::Instant;

use crate::{
    app::AppError,
    collect::warn_of_narrowed,
    config::{AnswerSource, Config},
    defender::{
        Address, CallError, Class, MissingKbsApi, Session,
        auth::Claims,
        refusal::{EXPORT_ROLE, REQUIRED_ROLE, lacks},
    },
    domain::{answer::Source, api::Api, machine::MachineId},
    run::{RunError, gate::gate, identity::Identity},
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

/// Checks that a token with roles has the required one. A user's token has scopes with other names,
/// so the decision is left to the service.
pub(super) fn require_role(claims: Option<&Claims>, answers: AnswerSource) -> Result<(), AppError> {
    let role = match answers.bulk {
        None => REQUIRED_ROLE,
        Some(Source::Export) => EXPORT_ROLE,
        // Hunting needs another token, with its own roles.
        Some(_) => return Ok(()),
    };
    match claims.and_then(|claims| lacks(claims, &[role])) {
        Some(held) => Err(AppError::MissingRole { role, held }),
        None => Ok(()),
    }
}
