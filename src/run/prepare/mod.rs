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
    gate::{counting, forget_limits},
    identity::Identity,
    input::RunInput,
    messages::{inform, resuming, reusable_answers},
    reporting::output::Output,
    shared_store::SharedStore,
};
use crate::{
    config::{ChangesFrom, Config},
    defender::{
        HttpSettings, Session,
        auth::{Claims, SignInError},
        refusal::{EXPORT_ROLE, HUNTING_ROLE, lacks},
    },
    domain::{answer::Source, api::Api},
    store::{RunParams, StartedRun, Store, WaitedFor},
};

/// A run that has begun in the store, but has not sent any call yet.
pub(super) struct Prepared<'run> {
    pub(super) setup: Setup<'run>,
    pub(super) started: StartedRun,
    pub(super) store: SharedStore,
    /// The session; or the error, if the sign-in got no answer but there are stored answers to
    /// report.
    pub(super) session: Result<Session, SignInError>,
    /// The session with Graph, if the answers come from hunting queries.
    pub(super) graph: Option<Session>,
}

/// Prepares a run: output, store, sign-in, lock.
pub(super) async fn prepare(input: RunInput<'_>) -> Result<Prepared<'_>, RunError> {
    let output = Output::prepare(input.config, input.inventory)?;
    let mut store = input.state.open()?;
    let session = session(input.config, input.started.timestamp())?;
    let (session, claims) = match sign_in(input.config, input.stops, &session).await? {
        SignedIn::As(claims) => (Ok(session), claims),
        SignedIn::NoAnswer(error) => (Err(error), None),
    };
    let identity = Identity::new(input.config, claims);
    require_role(input.config, &identity)?;
    let (session, graph) = match session {
        Ok(session) => with_graph(input, session).await?,
        Err(error) => (Err(error), None),
    };
    if let Err(error) = &session
        && !has_answers(input, &store, &identity)?
    {
        // No run is recorded, so the next start counts as the first one.
        return Err(error.clone().into());
    }
    let lock = TenantLock::take(input, &store, &identity).await?;
    forget_limits(input.config, &store, &identity, input.started.timestamp())?;
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
        store: SharedStore::new(store),
        session,
        graph,
    })
}

/// Checks that the token's roles, if they are known, allow reading the source of the answers.
pub(crate) fn require_role(config: &Config, identity: &Identity) -> Result<(), RunError> {
    let answers = config.source.answers;
    let role = match answers.bulk {
        Some(Source::Export) => EXPORT_ROLE,
        None if answers.changes && config.source.changes_from == ChangesFrom::Delta => EXPORT_ROLE,
        _ => return Ok(()),
    };
    match identity.lacks(&[role]) {
        Some(held) => Err(RunError::NoSourceRole {
            role,
            answers,
            held,
        }),
        None => Ok(()),
    }
}

/// Adds a session with Graph, if the answers come from hunting queries. If its sign-in gets no answer, the run
/// has neither.
async fn with_graph(
    input: RunInput<'_>,
    session: Session,
) -> Result<(Result<Session, SignInError>, Option<Session>), RunError> {
    let config = input.config;
    if config.source.answers.bulk != Some(Source::Hunting) {
        return Ok((Ok(session), None));
    }
    let graph = graph_session(config, input.started.timestamp())?;
    match sign_in(config, input.stops, &graph).await? {
        SignedIn::As(claims) => {
            require_graph_role(config, claims.as_ref())?;
            Ok((Ok(session), Some(graph)))
        }
        SignedIn::NoAnswer(error) => Ok((Err(error), None)),
    }
}

/// Checks that the roles of the token for Graph, if they are known, allow hunting.
pub(crate) fn require_graph_role(config: &Config, claims: Option<&Claims>) -> Result<(), RunError> {
    match claims.and_then(|claims| lacks(claims, &[HUNTING_ROLE])) {
        Some(held) => Err(RunError::NoSourceRole {
            role: HUNTING_ROLE,
            answers: config.source.answers,
            held,
        }),
        None => Ok(()),
    }
}

/// A session with Graph; nothing is sent yet.
pub(crate) fn graph_session(config: &Config, now: Timestamp) -> Result<Session, RunError> {
    let graph = &config.graph;
    Ok(Session::connect(
        &graph.url,
        &graph.sign_in,
        &http(config)?,
        now,
    )?)
}

/// A session with the configured service; nothing is sent yet.
pub(crate) fn session(config: &Config, now: Timestamp) -> Result<Session, RunError> {
    let session = Session::connect(
        &config.service.api_url,
        &config.sign_in,
        &http(config)?,
        now,
    )?;
    Ok(session)
}

fn http(config: &Config) -> Result<HttpSettings, RunError> {
    let service = &config.service;
    let roots = service.ca_cert.as_ref();
    let roots = roots.map(|certificate| &certificate.pem[..]);
    Ok(HttpSettings::new(
        roots,
        service.timeout,
        service.concurrency.get(),
    )?)
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
    let counting = counting(input.config, Api::MissingKbs, &[]).unwrap_or_default();
    let preview = store.preview(&params, Api::MissingKbs, counting)?;
    let keeps_last = input.config.until.is_some();
    Ok(preview.answers > 0 || keeps_last && store.has_any_answer(&params)?)
}
