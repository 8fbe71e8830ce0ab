//! `patchgap check --tenants`: a table of all tenants of a file.

use jiff::Timestamp;
use tokio::runtime::Builder;
use tracing::error;

use super::{
    access::{access, demand_role},
    renewal::is_soon,
};
use crate::{
    app::{AppError, context::Context},
    config::{ConfigError, Resolved, Settings, Tenant, Tenants},
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
    run::{identity::Identity, prepare},
    store::StoreFile,
    tenants::{in_span, side_by_side},
};

/// A tenant with its configuration.
struct Candidate<'check> {
    tenant: &'check Tenant,
    resolved: Result<Resolved, ConfigError>,
}

/// What a check found out about a tenant.
struct Checked {
    credential: &'static str,
    /// What its roles allow.
    allows: String,
    /// When its certificate ends, if it signs in with one.
    ends: Option<Timestamp>,
    access: &'static str,
}

/// Checks each tenant with at most one call, and shows them in a table.
pub(super) fn check_tenants(
    context: &mut Context,
    tenants: &Tenants,
    typed: &Settings,
) -> Result<ExitCode, AppError> {
    context.resolve_for(typed, None)?;
    let candidates = tenants.list.iter().map(|tenant| Candidate {
        tenant,
        resolved: context.resolve_beside(typed.clone(), tenant),
    });
    let candidates: Vec<Candidate<'_>> = candidates.collect();
    let stores = stores(tenants, &candidates);
    let rows = side_by_side(&candidates, tenants.parallel, |candidate| {
        in_span(&candidate.tenant.name, || row(candidate, &stores))
    });
    let rows = rows.into_iter().zip(&candidates).map(|(row, candidate)| {
        row.unwrap_or_else(|| failed(candidate, "an unexpected failure".to_owned()))
    });
    let rows: Vec<Row> = rows.collect();
    print(&shown(&rows))?;
    Ok(exit_code(&rows))
}

/// The files of the stores, each once.
fn stores(tenants: &Tenants, candidates: &[Candidate<'_>]) -> Vec<StoreFile> {
    let resolved = candidates.iter().filter_map(|it| it.resolved.as_ref().ok());
    let paths = resolved.filter_map(|it| it.config.store.path.as_deref());
    let mut paths: Vec<_> = paths.chain([&*tenants.state]).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(StoreFile::new).collect()
}

/// A row of the table.
struct Row {
    works: bool,
    cells: Vec<String>,
}

fn row(candidate: &Candidate<'_>, stores: &[StoreFile]) -> Row {
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

fn check_one(resolved: &Resolved, stores: &[StoreFile]) -> Result<Checked, AppError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(AppError::Start)?.block_on(async {
        let config = &resolved.config;
        let credential = choose(&config.sign_in)?.as_str();
        let session = prepare::session(config, Timestamp::now())?;
        let claims = session.sign_in().await?;
        demand_role(claims.as_ref(), config.source.answers)?;
        let allows = claims.as_ref().map_or_else(String::new, allowed);
        let identity = Identity::new(config, claims);
        let path = config.store.path.as_deref();
        let store = stores.iter().find(|store| Some(store.path()) == path);
        let access = match store.filter(|_| config.source.answers.bulk.is_none()) {
            Some(store) => access(config, &session, &store.open()?, &identity).await?,
            None => "not tested",
        };
        Ok(Checked {
            credential,
            allows,
            ends: certificate_end(&config.sign_in),
            access,
        })
    })
}

/// What the roles of a token allow, in short.
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

fn ready(candidate: &Candidate<'_>, checked: &Checked) -> Row {
    let now = Timestamp::now();
    let ends = checked.ends.map_or_else(String::new, |end| {
        let soon = if is_soon(end, now) { " (soon)" } else { "" };
        format!("{}{soon}", end.strftime("%Y-%m-%d"))
    });
    Row {
        works: true,
        cells: vec![
            candidate.tenant.name.clone(),
            "ready".to_owned(),
            checked.credential.to_owned(),
            checked.allows.clone(),
            ends,
            format!("access {}", checked.access),
        ],
    }
}

fn failed(candidate: &Candidate<'_>, message: String) -> Row {
    let [name, works] = [&candidate.tenant.name, "fails"].map(str::to_owned);
    let mut cells = vec![name, works];
    cells.resize(5, String::new());
    cells.push(message);
    Row {
        works: false,
        cells,
    }
}

fn shown(rows: &[Row]) -> String {
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
fn exit_code(rows: &[Row]) -> ExitCode {
    match rows.iter().filter(|row| row.works).count() {
        0 => ExitCode::Refused,
        ready if ready == rows.len() => ExitCode::Complete,
        _ => ExitCode::Partial,
    }
}
