//! `patchgap check`: checks configuration, sign-in, access and places before the first run.
//!
//! - [`mod@configuration`], [`mod@token`]: what a run would use, and what its token allows
//! - [`mod@access`]: the one call, and what its answer means
//! - [`mod@places`]: whether reports can be uploaded, and runs added to the lake
//! - [`mod@notification`]: who would be notified at the end of a run
//! - [`tenants`]: the same for each tenant of a file, as a table

mod access;
mod configuration;
mod notification;
mod places;
mod tenants;
mod token;

use jiff::Timestamp;

use self::{
    access::{API, access, require_roles, sign_in_to_graph},
    configuration::configuration,
    notification::notification,
    places::{log, places},
    tenants::check_tenants,
    token::{hunting, token},
};
use super::{
    AppError,
    context::{Context, state},
    placeholders::check_placeholders,
};
use crate::{
    config::{Config, Settings},
    console::{LabelledLines, print},
    domain::{
        exit_code::ExitCode,
        text::{bytes, counted},
    },
    run::{
        gate::{described, forget_limits, gate},
        identity::Identity,
        prepare,
        selective::groups,
    },
    store::Store,
};

const READY: &str = "\nready: patchgap report machines.csv, with the same options\n";

pub(super) async fn check(context: &mut Context, typed: Settings) -> Result<ExitCode, AppError> {
    let typed = typed.without_requests();
    if typed.tenant.is_none()
        && let Some(tenants) = context.tenants(&typed)?
    {
        return check_tenants(context, &tenants, &typed).await;
    }
    let resolved = context.resolve(&typed)?;
    check_placeholders(&resolved.config)?;
    let now = Timestamp::now();
    let session = prepare::session(&resolved.config, now)?;
    print(&configuration(&resolved)?)?;
    print(&notification(&resolved.config)?)?;
    let store = Store::open(state(&resolved.config.store)?)?;
    print(&kept(&store)?)?;
    let claims = session.sign_in().await?;
    print(&token(claims.as_ref(), Timestamp::now()))?;
    let graph = sign_in_to_graph(&resolved.config, now).await;
    print(&hunting(graph.as_ref()))?;
    let answers = resolved.config.source.answers;
    let identity = Identity::new(&resolved.config, claims);
    require_roles(&resolved.config, &identity, graph)?;
    print(&same_software(&store, &identity)?)?;
    forget_limits(&resolved.config, &store, &identity, now)?;
    print(&learned(&resolved.config, &store, &identity)?)?;
    let places = places(&resolved.config, now).await;
    if answers.bulk.is_none() {
        let access = access(&resolved.config, &session, &store, &identity).await;
        let access = access.inspect_err(|_| places.as_ref().err().map_or((), log))?;
        print(&LabelledLines::one("access", access))?;
    }
    places?;
    print(READY)?;
    Ok(ExitCode::Complete)
}

/// The store's path, number of runs and size. The store is already open: the file was created if it did
/// not exist.
fn kept(store: &Store) -> Result<String, AppError> {
    let runs = store.runs()?.len() as u64;
    let runs = match runs {
        0 => "no runs yet".to_owned(),
        _ => counted(runs, "run", "runs"),
    };
    let space = store.space()?;
    let (size, free) = (bytes(space.bytes), bytes(space.free));
    let size = format!("{size}, of which {free} free");
    let store = format!("{} ({runs}, {size})", store.path().display());
    Ok(LabelledLines::one("store", &store))
}

/// The number of groups of machines with the same software, from the store: fetching it would take
/// more than one call.
fn same_software(store: &Store, identity: &Identity) -> Result<String, AppError> {
    let groups = groups::kept(store, identity.service())?;
    Ok(LabelledLines::one("same software", &groups))
}

/// The quota, if the service has shown that it is lower than configured.
fn learned(config: &Config, store: &Store, identity: &Identity) -> Result<String, AppError> {
    let gate = gate(config, store, identity)?;
    if gate.limiter(API).limits() == config.limits {
        return Ok(String::new());
    }
    Ok(LabelledLines::one("quota", &described(config, &gate)))
}
