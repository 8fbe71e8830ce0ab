//! `patchgap check --tenants`: a table of all tenants of a file.

use jiff::Timestamp;
use tokio::runtime::Builder;
use tracing::{error, warn};

use super::{
    access::{access, require_roles, sign_in_to_graph},
    notification::notification,
    places::{place_of_overview, places_of_tenant},
};
use crate::{
    app::{
        AppError,
        all_tenants::{AllTenants, ResolvedTenant, resolve_all},
        context::Context,
    },
    config::{Config, Resolved, Settings, Tenants},
    console::{print, terminal_width},
    defender::{
        auth::{Claims, certificate_end, choose},
        refusal::{EXPORT_ROLE, LIST_ROLES, REQUIRED_ROLE, lacks},
    },
    domain::{
        exit_code::ExitCode,
        text::{chain, counted, thousands},
    },
    report::terminal::{Column, table},
    run::{identity::Identity, prepare, renewal::is_soon},
    tenants::{Stores, in_span, side_by_side},
};

/// The result of checking a tenant.
struct Checked {
    credential: &'static str,
    /// What its roles allow.
    allows: String,
    /// When its certificate ends, if it signs in with one.
    ends: Option<Timestamp>,
    access: &'static str,
    /// The places that work, as text.
    places: String,
}

/// Checks each tenant with at most one call, and shows them in a table.
pub(super) async fn check_tenants(
    context: &mut Context,
    tenants: &Tenants,
    typed: &Settings,
) -> Result<ExitCode, AppError> {
    let AllTenants { common, each } = resolve_all(context, tenants, typed)?;
    print(&notification(&common)?)?;
    warn_without_list(tenants, &common);
    let overview = place_of_overview(tenants.upload.as_ref(), &common, Timestamp::now()).await;
    let stores = stores(tenants, &each);
    let rows = side_by_side(&each, tenants.parallel, |tenant| {
        in_span(&tenant.tenant.name, || row(tenant, &stores))
    });
    let rows = rows.into_iter().zip(&each).map(|(row, tenant)| {
        row.unwrap_or_else(|| failed(tenant, "an unexpected failure".to_owned()))
    });
    let rows: Vec<TenantRow> = rows.collect();
    print(&shown(&rows))?;
    overview?;
    Ok(exit_code(&rows))
}

/// Warns if a run would need `--all-machines`, which `check` does not accept.
fn warn_without_list(tenants: &Tenants, common: &Config) {
    let mut tenants_without = tenants.list.iter().filter(|it| !it.has_list());
    if let Some(tenant) = tenants_without.next().filter(|_| common.machines.is_none()) {
        let problem = tenants.no_list(tenant);
        warn!("{problem}; `patchgap report` needs --all-machines for it");
    }
}

/// The stores of all tenants.
fn stores(tenants: &Tenants, candidates: &[ResolvedTenant<'_>]) -> Stores {
    let resolved = candidates.iter().filter_map(|it| it.resolved.as_ref().ok());
    let own = resolved.filter_map(|it| it.config.store.path.as_deref());
    Stores::of([&*tenants.state].into_iter().chain(own), tenants.parallel)
}

/// A row of the table.
struct TenantRow {
    works: bool,
    cells: Vec<String>,
}

fn row(candidate: &ResolvedTenant<'_>, stores: &Stores) -> TenantRow {
    let checked = match &candidate.resolved {
        Ok(resolved) => check_one(resolved, stores),
        Err(problem) => {
            error!(hint = problem.hint(), "{}", chain(problem));
            return failed(candidate, chain(problem));
        }
    };
    match checked {
        Ok(checked) => ready(candidate, &checked),
        Err(problem) => {
            error!(hint = problem.hint(), "{}", chain(&problem));
            failed(candidate, chain(&problem))
        }
    }
}

fn check_one(resolved: &Resolved, stores: &Stores) -> Result<Checked, AppError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(AppError::Start)?.block_on(async {
        let config = &resolved.config;
        let credential = choose(&config.sign_in)?.as_str();
        let session = prepare::session(config, Timestamp::now())?;
        let claims = session.sign_in().await?;
        let allows = claims.as_ref().map_or_else(String::new, allowed);
        let identity = Identity::new(config, claims);
        let graph = sign_in_to_graph(config, Timestamp::now()).await;
        require_roles(config, &identity, graph)?;
        let path = config.store.path.as_deref();
        let store = path.and_then(|path| stores.find(path));
        let access = match store.filter(|_| config.source.answers.bulk.is_none()) {
            Some(store) => access(config, &session, &store.open()?, &identity).await?,
            None => "not tested",
        };
        let places = places_of_tenant(config, Timestamp::now()).await?;
        Ok(Checked {
            credential,
            allows,
            ends: certificate_end(&config.sign_in),
            access,
            places,
        })
    })
}

/// What the roles of a token allow, as short text.
fn allowed(claims: &Claims) -> String {
    let roles: [(&[&str], &str); 3] = [
        (&[REQUIRED_ROLE], "missing KBs"),
        (&LIST_ROLES, "list"),
        (&[EXPORT_ROLE], "export"),
    ];
    let allowed = roles
        .into_iter()
        .filter(|(role, _)| lacks(claims, role).is_none());
    let allowed: Vec<&str> = allowed.map(|(_, what)| what).collect();
    allowed.join(", ")
}

fn ready(candidate: &ResolvedTenant<'_>, checked: &Checked) -> TenantRow {
    let now = Timestamp::now();
    let ends = checked.ends.map_or_else(String::new, |end| {
        let soon = if is_soon(end, now) { " (soon)" } else { "" };
        format!("{}{soon}", end.strftime("%Y-%m-%d"))
    });
    TenantRow {
        works: true,
        cells: vec![
            candidate.tenant.name.clone(),
            "ready".to_owned(),
            checked.credential.to_owned(),
            checked.allows.clone(),
            ends,
            format!("access {}{}", checked.access, checked.places),
        ],
    }
}

fn failed(candidate: &ResolvedTenant<'_>, message: String) -> TenantRow {
    let [name, works] = [&candidate.tenant.name, "fails"].map(str::to_owned);
    let mut cells = vec![name, works];
    cells.resize(5, String::new());
    cells.push(message);
    TenantRow {
        works: false,
        cells,
    }
}

fn shown(rows: &[TenantRow]) -> String {
    let columns = [
        Column::text("tenant"),
        Column::text("check"),
        Column::text("credential"),
        Column::text("allows"),
        Column::text("certificate ends"),
        Column::gives_way("message"),
    ];
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells.clone()).collect();
    let lines = table(&columns, &cells, terminal_width());
    let ready = rows.iter().filter(|row| row.works).count() as u64;
    let tenants = counted(rows.len() as u64, "tenant", "tenants");
    format!(
        "{}\n\n{} of {tenants} ready\n",
        lines.join("\n"),
        thousands(ready)
    )
}

/// 4 if no tenant works, 5 if some do not.
fn exit_code(rows: &[TenantRow]) -> ExitCode {
    match rows.iter().filter(|row| row.works).count() {
        0 => ExitCode::Refused,
        ready if ready == rows.len() => ExitCode::Complete,
        _ => ExitCode::Partial,
    }
}
