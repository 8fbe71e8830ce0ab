//! Finds a run in the store.

use crate::{
    config::Config,
    domain::text::share,
    run::RunError,
    store::{Problem, RunRecord, Store, StoreError},
};

/// The number of runs listed in the error about a run that does not exist.
const LISTED_RUNS: usize = 5;

/// The last run for the configured tenant and API. If the store holds only one tenant, neither has
/// to be configured; but a configured tenant has to match.
pub(crate) fn last_run(store: &Store, config: &Config) -> Result<RunRecord, RunError> {
    let runs = store.runs()?;
    let tenant = config.sign_in.tenant_id.as_deref().unwrap_or_default();
    let api_url = config.service.api_url.as_str();
    let is_tenant =
        |run: &&RunRecord| tenant.is_empty() || run.service.tenant_id.eq_ignore_ascii_case(tenant);
    let is_configured = |run: &&RunRecord| is_tenant(run) && run.service.api_url == api_url;
    let only_one = runs
        .windows(2)
        .all(|pair| pair[0].service.is_same_tenant(&pair[1].service));
    let found = runs
        .iter()
        .find(is_configured)
        .or_else(|| runs.first().filter(|run| only_one && is_tenant(run)));
    let problem = if runs.is_empty() {
        "has no runs yet"
    } else {
        "has no runs for the configured tenant and API; `patchgap runs` lists the runs it has"
    };
    Ok(found.cloned().ok_or_else(|| StoreError {
        path: store.path().to_owned(),
        problem: Problem::Empty(problem),
    })?)
}

/// The run with this number; it must belong to the same tenant as `last`.
pub(crate) fn numbered(
    store: &Store,
    last: &RunRecord,
    number: i64,
) -> Result<RunRecord, RunError> {
    let runs = store.runs()?;
    let has_number = |run: &&RunRecord| run.run.0 == number;
    let (own, of_others): (Vec<_>, Vec<_>) = runs
        .into_iter()
        .partition(|run| run.service.has_same_tenant_id(&last.service));
    match own.iter().find(has_number) {
        Some(run) => Ok(run.clone()),
        None => Err(RunError::NoRun {
            run: number,
            is_kept: of_others.iter().any(|run| has_number(&run)),
            last: run_list(&own),
        }),
    }
}

/// The first few runs as text: `12 (2026-11-23T22:00:00Z, 98.2 % answered), ..`.
fn run_list(runs: &[RunRecord]) -> String {
    let words = runs.iter().take(LISTED_RUNS).map(|run| {
        let at = run.last_sign_of_life();
        let share = share(run.tally.answered, run.tally.machines());
        format!("{} ({at:.0}, {share} answered)", run.run.0)
    });
    words.collect::<Vec<_>>().join(", ")
}
