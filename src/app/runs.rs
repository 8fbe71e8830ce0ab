//! `patchgap runs`: the kept runs, latest first.

use std::{collections::HashSet, path::Path, time::Duration};

use jiff::ZonedDateTime;

use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    cli,
    console::{print, terminal_width},
    domain::{
        accuracy::Accuracy,
        ending::{Ending, RunOutcome},
        exit_code::ExitCode,
        text::{share, span, thousands},
    },
    report::terminal::{Column, table},
    store::{OutcomeCounts, RunRecord, Service, Store, StoreError},
};

/// The column that a store lacks if every run called for every machine.
const DIFFERED: usize = 7;

pub(super) fn runs(context: &mut Context, command: cli::StoredFlags) -> Result<ExitCode, AppError> {
    let config = context.resolve(command.into())?.config;
    let store = Store::open_existing(state(&config.store)?)?;
    let runs = store.runs()?;
    if runs.is_empty() {
        print(&format!(
            "The store {} has no runs yet\n",
            store.path().display()
        ))?;
        return Ok(ExitCode::Complete);
    }
    let tenants: HashSet<&Service> = runs.iter().map(|run| &run.service).collect();
    let mut columns = vec![
        Column::number("run"),
        Column::text("started"),
        Column::text("took"),
        Column::text("outcome"),
        Column::number("machines"),
        Column::number("answered"),
        Column::gives_way("list"),
    ];
    // Where every run called for every machine, there are no samples.
    let has_samples = runs.iter().any(|run| run.rechecked.machines > 0);
    if has_samples {
        columns.push(Column::number("differed"));
    }
    // With a single tenant the column would be the same in every row.
    if tenants.len() > 1 {
        columns.push(Column::gives_way("tenant"));
    }
    let mut rows = rows(&store, &runs, &context.surroundings.started)?;
    for row in &mut rows {
        if !has_samples {
            row.remove(DIFFERED);
        }
        row.truncate(columns.len());
    }
    let lines = table(&columns, &rows, terminal_width());
    print(&(lines.join("\n") + "\n"))?;
    Ok(ExitCode::Complete)
}

fn rows(
    store: &Store,
    runs: &[RunRecord],
    now: &ZonedDateTime,
) -> Result<Vec<Vec<String>>, StoreError> {
    runs.iter()
        .map(|run| {
            let tally = match run.ended {
                Some(_) => run.tally,
                None => store.tally(run.run)?,
            };
            Ok(row(run, tally, now))
        })
        .collect()
}

fn row(run: &RunRecord, tally: OutcomeCounts, now: &ZonedDateTime) -> Vec<String> {
    let machines = tally.machines();
    let started = run.started_at.to_zoned_datetime(now.time_zone().clone());
    vec![
        run.run.0.to_string(),
        started.strftime("%Y-%m-%d %H:%M").to_string(),
        took(run),
        outcome(run).to_owned(),
        thousands(machines),
        share(tally.answered, machines),
        list(run),
        differed(run.rechecked),
        run.service.tenant_id.clone(),
    ]
}

/// The share of a run's sample for which the answer that was kept or inferred was wrong.
fn differed(rechecked: Accuracy) -> String {
    let machines = thousands(rechecked.machines);
    let share = rechecked.share_in_percent();
    share.map_or_else(String::new, |share| format!("{share} of {machines}"))
}

/// The outcome of a run. A run that has not ended is in progress or was killed: the store cannot
/// tell which.
fn outcome(run: &RunRecord) -> &'static str {
    match (run.outcome, run.ended) {
        (Some(RunOutcome::Complete | RunOutcome::Partial), Some(Ending::OutOfTime)) => "time up",
        (Some(outcome), _) => outcome.as_str(),
        (None, _) => "unfinished",
    }
}

/// The list's file name, without the folder, which is the same every night.
fn list(run: &RunRecord) -> String {
    let name = Path::new(&run.file).file_name();
    name.map_or_else(|| run.file.clone(), |name| name.display().to_string())
}

fn took(run: &RunRecord) -> String {
    let Some(finished_at) = run.finished_at else {
        return String::new();
    };
    let took = finished_at.duration_since(run.started_at);
    span(Duration::try_from(took).unwrap_or_default())
}
