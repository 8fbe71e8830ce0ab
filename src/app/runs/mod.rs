//! `patchgap runs`: the kept runs, latest first.

mod row;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    path::Path,
};

use jiff::ZonedDateTime;

use self::row::row;
use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    cli,
    config::{Settings, Tenant, Tenants},
    console::{print, terminal_width},
    domain::exit_code::ExitCode,
    report::terminal::{Column, table},
    store::{RunRecord, Service, Store, StoreError},
    tenants::distinct,
};

/// The index of the column that is left out if every run requested every machine.
const DIFFERED_COLUMN: usize = 7;

pub(super) fn runs(context: &mut Context, command: cli::StoredFlags) -> Result<ExitCode, AppError> {
    let typed: Settings = command.into();
    let stored = if let Some(tenants) = context.tenants(&typed)? {
        of_tenants(context, &typed, &tenants)?
    } else {
        let config = context.resolve_for(&typed, None)?.config;
        vec![StoredRuns::read(state(&config.store)?)?]
    };
    if stored.iter().all(|it| it.runs.is_empty()) {
        print(&nothing(&stored))?;
        return Ok(ExitCode::Complete);
    }
    let runs = || stored.iter().flat_map(|it| &it.runs);
    let mut columns = vec![
        Column::number("run"),
        Column::text("started"),
        Column::text("took"),
        Column::text("outcome"),
        Column::number("machines"),
        Column::number("answered"),
        Column::gives_way("list"),
    ];
    // If every run requested every machine, there are no samples.
    let has_samples = runs().any(|run| run.rechecked.machines > 0);
    if has_samples {
        columns.push(Column::number("differed"));
    }
    // With a single tenant the column would be the same in every row.
    let tenants: HashSet<&Service> = runs().map(|run| &run.service).collect();
    if tenants.len() > 1 {
        columns.push(Column::gives_way("tenant"));
    }
    let mut rows = rows(&stored, &context.surroundings.started)?;
    for row in &mut rows {
        if !has_samples {
            row.remove(DIFFERED_COLUMN);
        }
        row.truncate(columns.len());
    }
    let lines = table(&columns, &rows, terminal_width());
    print(&(lines.join("\n") + "\n"))?;
    Ok(ExitCode::Complete)
}

fn nothing(stored: &[StoredRuns]) -> String {
    let paths = stored
        .iter()
        .map(|it| it.store.path().display().to_string());
    let paths: Vec<String> = paths.collect();
    format!("The store {} has no runs yet\n", paths.join(", "))
}

/// A store, and the runs in it to list, latest first.
struct StoredRuns {
    store: Store,
    runs: Vec<RunRecord>,
    /// The names of its tenants by id, in lower case.
    names: HashMap<String, String>,
}

impl StoredRuns {
    fn read(path: &Path) -> Result<Self, StoreError> {
        let store = Store::open_existing(path)?;
        Ok(Self {
            runs: store.runs()?,
            store,
            names: HashMap::new(),
        })
    }

    /// The tenant of a run: its name, or else its id.
    fn tenant(&self, run: &RunRecord) -> String {
        let id = &run.service.tenant_id;
        let name = self.names.get(&id.to_lowercase());
        name.unwrap_or(id).clone()
    }
}

/// The stores of the tenants of a file, or that of the chosen one with only its runs.
fn of_tenants(
    context: &mut Context,
    typed: &Settings,
    tenants: &Tenants,
) -> Result<Vec<StoredRuns>, AppError> {
    let chosen = typed.tenant.clone().map(String::from);
    let chosen = chosen.map(|name| tenants.named(&name)).transpose()?;
    let config = context.resolve_for(typed, chosen)?.config;
    let mut paths = vec![state(&config.store)?];
    // A typed path is that of all tenants.
    if chosen.is_none() && typed.state.is_none() {
        let own = tenants.list.iter().filter_map(Tenant::state);
        paths.extend(own.filter(|path| path.exists()));
    }
    let paths = distinct(paths).into_iter();
    let names = tenants.list.iter();
    let names = names.map(|it| (it.id().to_lowercase(), it.name.clone()));
    let names: HashMap<String, String> = names.collect();
    let stored = paths.map(|path| {
        let mut stored = StoredRuns::read(path)?;
        stored.names.clone_from(&names);
        if let Some(tenant) = chosen {
            let is_its = |run: &RunRecord| run.service.tenant_id.eq_ignore_ascii_case(tenant.id());
            stored.runs.retain(is_its);
        }
        Ok(stored)
    });
    stored.collect()
}

fn rows(stored: &[StoredRuns], now: &ZonedDateTime) -> Result<Vec<Vec<String>>, StoreError> {
    let runs = stored
        .iter()
        .flat_map(|it| it.runs.iter().map(move |run| (it, run)));
    let mut runs: Vec<_> = runs.collect();
    if stored.len() > 1 {
        runs.sort_by_key(|(_, run)| Reverse(run.started_at));
    }
    let rows = runs.into_iter().map(|(stored, run)| {
        let tally = match run.ended {
            Some(_) => run.tally,
            None => stored.store.tally(run.run)?,
        };
        let mut row = row(run, tally, now);
        row.push(stored.tenant(run));
        Ok(row)
    });
    rows.collect()
}
