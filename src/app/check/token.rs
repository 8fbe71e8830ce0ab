//! What the tokens allow, as text.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    app::AppError,
    console::LabelledLines,
    defender::{
        auth::Claims,
        refusal::{EXPORT_ROLE, HUNTING_ROLE, LIST_ROLES, REQUIRED_ROLE, lacks},
    },
    domain::text::{chain, span},
};

/// The claims of the token, as text.
pub(super) fn token(claims: Option<&Claims>, now: Timestamp) -> String {
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
    let purpose = " (only needed for --software, --source changes and --source cohorts)";
    let software = allowed(claims, &[REQUIRED_ROLE], purpose);
    lines.add("software inventory", &software);
    let purpose = " (only needed for --all-machines and --check-list)";
    lines.add("machine list", &allowed(claims, &LIST_ROLES, purpose));
    let purpose =
        " (only needed for --source export, --cross-check export and --changes-from delta)";
    lines.add("export", &allowed(claims, &[EXPORT_ROLE], purpose));
    lines.into_text()
}

/// Whether hunting is allowed. This needs another token, so it is only checked if a run would hunt.
pub(super) fn hunting(graph: Option<&Result<Option<Claims>, AppError>>) -> String {
    let access = match graph {
        Some(Ok(Some(claims))) => allowed_by_graph(claims),
        Some(Ok(None)) => "the permissions of the token for Graph could not be read".to_owned(),
        Some(Err(error)) => format!("no token for Graph: {}", chain(error)),
        None => format!(
            "not checked; it takes {HUNTING_ROLE} of Microsoft Graph, which `patchgap check --source \
             hunting` checks"
        ),
    };
    LabelledLines::one("hunting", &access)
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

/// A time, and how long it is until then.
pub(super) fn expiry(end: Timestamp, now: Timestamp) -> String {
    let left = Duration::try_from(end.duration_since(now)).unwrap_or_default();
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
