//! `patchgap check`: checks configuration, sign-in, access and places before the first run.
//!
//! - [`mod@access`]: the one call, and what its answer means
//! - [`mod@places`]: whether reports can be uploaded, and runs added to the lake
//! - [`mod@notification`]: who would be notified at the end of a run
//! - [`tenants`]: the same for each tenant of a file, as a table

mod access;
mod notification;
mod places;
mod tenants;

use jiff::Timestamp;

use self::{
    access::{API, access, require_role},
    notification::notification,
    places::{log, places},
    tenants::check_tenants,
};
use super::{
    AppError,
    context::{Context, state},
    placeholders::check_placeholders,
};
use crate::{
    config::{Config, Resolved, Settings},
    console::{LabelledLines, print},
    defender::{
        auth::{Claims, certificate_end, choose},
        refusal::{EXPORT_ROLE, HUNTING_ROLE, LIST_ROLES, REQUIRED_ROLE, lacks},
    },
    domain::{
        answer::Source,
        exit_code::ExitCode,
        text::{bytes, chain, counted, span},
    },
    run::{
        gate::{described, forget_limits, gate},
        identity::Identity,
        prepare,
        renewal::is_soon,
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
    print(&hunting(&resolved.config, now).await?)?;
    let answers = resolved.config.source.answers;
    require_role(claims.as_ref(), answers)?;
    let identity = Identity::new(&resolved.config, claims);
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

fn configuration(resolved: &Resolved) -> Result<String, AppError> {
    let config = &resolved.config;
    let mut lines = LabelledLines::default();
    let file = resolved
        .file
        .as_ref()
        .map(|path| path.display().to_string());
    lines.add(
        "configuration",
        file.as_deref()
            .unwrap_or("none (using flags, environment and defaults)"),
    );
    lines.add("API", config.service.api_url.as_str());
    lines.add("sign-in", config.sign_in.authority_url.as_str());
    lines.add("scope", &config.sign_in.scope);
    lines.add("credential", choose(&config.sign_in)?.as_str());
    if let Some(end) = certificate_end(&config.sign_in) {
        let doubt = if is_soon(end, Timestamp::now()) {
            ": renew it"
        } else {
            ""
        };
        let end = expiry(end, Timestamp::now());
        lines.add("certificate", &format!("ends {end}{doubt}"));
    }
    Ok(lines.into_text())
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

/// The claims of the token, as text.
fn token(claims: Option<&Claims>, now: Timestamp) -> String {
    let Some(claims) = claims else {
        return LabelledLines::one("token", "obtained; its permissions could not be read");
    };
    let mut lines = LabelledLines::default();
    let unknown = || "not in the token".to_owned();
    lines.add("tenant", &claims.tenant_id.clone().unwrap_or_else(unknown));
    lines.add(
        "application",
        &claims.app_id.clone().unwrap_or_else(unknown),
    );
    lines.add(
        "token expires",
        &claims
            .expires_at
            .map_or_else(unknown, |end| expiry(end, now)),
    );
    lines.add("audience", &claims.audience.clone().unwrap_or_else(unknown));
    lines.add("roles", &granted(claims));
    lines.add("missing KBs", &allowed(claims, &[REQUIRED_ROLE], ""));
    lines.add(
        "software inventory",
        &allowed(claims, &[REQUIRED_ROLE], " (only needed for --software)"),
    );
    let purpose = " (only needed for --all-machines and --check-list)";
    lines.add("machine list", &allowed(claims, &LIST_ROLES, purpose));
    let purpose = " (only needed for --source export)";
    lines.add("export", &allowed(claims, &[EXPORT_ROLE], purpose));
    lines.into_text()
}

/// Whether hunting is allowed. This needs another token, so it is only checked if a run would use
/// it.
async fn hunting(config: &Config, now: Timestamp) -> Result<String, AppError> {
    let access = if config.source.answers.bulk == Some(Source::Hunting) {
        let session = prepare::graph_session(config, now)?;
        match session.sign_in().await {
            Ok(Some(claims)) => allowed_by_graph(&claims),
            Ok(None) => "the permissions of the token for Graph could not be read".to_owned(),
            Err(error) => format!("no token for Graph: {}", chain(&error)),
        }
    } else {
        format!(
            "not checked; it takes {HUNTING_ROLE} of Microsoft Graph, which `patchgap check --source \
             hunting` checks"
        )
    };
    Ok(LabelledLines::one("hunting", &access))
}

fn allowed_by_graph(claims: &Claims) -> String {
    match lacks(claims, &[HUNTING_ROLE]) {
        Some(_) => format!(
            "not allowed; grant the app registration the application permission \
             {HUNTING_ROLE} of Microsoft Graph, with admin consent"
        ),
        None => format!("allowed by {HUNTING_ROLE}"),
    }
}

fn expiry(end: Timestamp, now: Timestamp) -> String {
    let left = std::time::Duration::try_from(end.duration_since(now)).unwrap_or_default();
    format!("{end:.0} (in {})", span(left))
}

/// The roles, or a user's scopes, as text.
fn granted(claims: &Claims) -> String {
    let granted: Vec<&str> = [&claims.roles, &claims.scopes]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if granted.is_empty() {
        "none".to_owned()
    } else {
        granted.join(", ")
    }
}

/// Whether the token has one of these roles; if not, how to grant the first one.
fn allowed(claims: &Claims, roles: &[&str], purpose: &str) -> String {
    let held = roles
        .iter()
        .find(|role| claims.roles.iter().any(|it| it == *role));
    match (lacks(claims, roles), held, roles.first()) {
        (Some(_), _, Some(first)) => format!(
            "not allowed{purpose}; grant the app registration the application permission {first} of \
             WindowsDefenderATP, with admin consent"
        ),
        (_, Some(held), _) => format!("allowed by {held}"),
        _ => "user token: the service decides".to_owned(),
    }
}
