//! The first phase: everything that can fail before a call is sent.

mod lock;
mod setup;
mod sign_in;

use jiff::Timestamp;

use self::lock::TenantLock;
pub(super) use self::{
    setup::Setup,
    sign_in::{SignedIn, no_sign_in, sign_in},
};
use super::{
    RunError,
    gate::counting,
    identity::Identity,
    input::RunInput,
    messages::{inform, resuming, reusable_answers},
    reporting::output::Output,
    selection::Calls,
};
use crate::{
    config::Config,
    defender::{
        HttpSettings, Session,
        auth::SignInError,
        refusal::{EXPORT_ROLE, lacks},
    },
    domain::{answer::Source, api::Api},
    store::{RunParams, StartedRun, Store, WaitedFor},
};

/// A run that has begun in the store, but has not sent any call yet.
pub(super) struct Prepared<'run> {
    pub(super) setup: Setup<'run>,
    pub(super) started: StartedRun,
    pub(super) store: Store,
    /// The session; or the sign-in's error, if it got no answer and there are stored answers to
    /// report.
    pub(super) session: Result<Session, SignInError>,
    /// Which machines are called for.
    pub(super) calls: Calls,
}

/// Prepares a run: output, store, sign-in, lock.
pub(super) async fn prepare(input: RunInput<'_>) -> Result<Prepared<'_>, RunError> {
    let output = Output::prepare(input.config, input.inventory)?;
    let mut store = Store::open(input.state)?;
    let session = session(input.config, input.started.timestamp())?;
    let (session, claims) = match sign_in(input.config, input.stops, &session).await? {
        SignedIn::As(claims) => (Ok(session), claims),
        SignedIn::NoAnswer(error) => (Err(error), None),
    };
    let identity = Identity::new(input.config, claims);
    demand_role(input.config, &identity)?;
    if let Err(error) = &session
        && !has_answers(input, &store, &identity)?
    {
        // No run is recorded, so the next start counts as the first one.
        return Err(error.clone().into());
    }
    let lock = TenantLock::take(input, &store, &identity).await?;
    let started = begin(input, &mut store, &identity, lock.waited_for)?;
    Ok(Prepared {
        setup: Setup {
            input,
            output,
            identity,
            software: None,
            _lock: lock,
        },
        started,
        store,
        session,
        calls: Calls::Every,
    })
}

/// Checks that the token allows reading the source of the answers, if it says so.
fn demand_role(config: &Config, identity: &Identity) -> Result<(), RunError> {
    let answers = config.source.answers;
    let role = match answers.bulk {
        Some(Source::Export) => EXPORT_ROLE,
        _ => return Ok(()),
    };
    let claims = identity.claims.as_ref();
    match claims.and_then(|claims| lacks(claims, &[role])) {
        Some(held) => Err(RunError::NoSourceRole {
            role,
            answers,
            held,
        }),
        None => Ok(()),
    }
}

/// A session with the configured service; nothing is sent yet.
pub(crate) fn session(config: &Config, now: Timestamp) -> Result<Session, RunError> {
    let service = &config.service;
    let roots = service.ca_cert.as_ref();
    let roots = roots.map(|certificate| &certificate.pem[..]);
    let http = HttpSettings::new(roots, service.timeout, service.concurrency.get())?;
    let session = Session::connect(&service.api_url, &config.sign_in, &http, now)?;
    Ok(session)
}

/// Begins the run in the store, or resumes one that ended early. The results of a run that this one
/// waited for are not requested again.
fn begin(
    input: RunInput<'_>,
    store: &mut Store,
    identity: &Identity,
    waited_for: Option<WaitedFor>,
) -> Result<StartedRun, RunError> {
    let started = store.begin(&RunParams {
        waited_for,
        ..identity.params(input.config, input.inventory, Timestamp::now())
    })?;
    let message = resuming(&started, input.inventory, input.started);
    if let Some(message) = message.or_else(|| reusable_answers(&started, input.config.store.reuse))
    {
        inform(input.config.console, &message);
    }
    Ok(started)
}

/// Whether the store has answers that the run would report without sending any call.
fn has_answers(input: RunInput<'_>, store: &Store, identity: &Identity) -> Result<bool, RunError> {
    let params = identity.params(input.config, input.inventory, Timestamp::now());
    let counting = counting(input.config, Api::MissingKbs).unwrap_or_default();
    let preview = store.preview(&params, Api::MissingKbs, counting)?;
    let keeps_last = input.config.until.is_some();
    Ok(preview.answers > 0 || keeps_last && store.has_any_answer(&params)?)
}
