//! `patchgap diff`: the changes between any two kept runs.

use std::{
    io::{self, BufWriter, Write},
    time::Duration,
};

use super::{
    AppError,
    context::{Context, state},
    first_error::FirstError,
};
use crate::{
    cli::{self, OutputFormat},
    config::Config,
    console::{print, printed, terminal_style, terminal_width},
    domain::exit_code::ExitCode,
    report::{Report, Run, changes_csv, changes_json, terminal},
    run::{
        RunError,
        inputs::criteria::Criteria,
        kept::{
            KeptRun,
            find::{last_run, numbered},
        },
        reporting::{
            data::RunData,
            history::{add_history, compare, compare_with_older},
        },
    },
    store::{EarlierRun, RunRecord, Snapshot, Store},
};

pub(super) fn diff(context: &mut Context, command: cli::Diff) -> Result<ExitCode, AppError> {
    let (from, to, since, format) = (
        command.from(),
        command.to(),
        command.since(),
        command.format,
    );
    let config = context.resolve(&command.into())?.config;
    let store = Store::open_existing(state(&config.store)?)?;
    store.verify()?;
    let last = last_run(&store, &config)?;
    let find = |number: i64| numbered(&store, &last, number);
    let from = from.map(find).transpose()?;
    let to = to.map(find).transpose()?.unwrap_or_else(|| last.clone());
    let (from, to) = in_order(from, to);
    let to = KeptRun::of_run(&store, to)?;
    let started = &context.surroundings.started;
    let answers = Snapshot::of(store, 1)?;
    let fleet = to.aggregate(&answers, &config, started, &Criteria::default())?;
    let mut data = to.data(&answers, fleet, &config, started);
    match (from, since) {
        (Some(from), _) => compare_with(&mut data, from)?,
        (None, Some(age)) => compare_with_older_run(&mut data, age)?,
        (None, None) => compare_as_reports_do(&mut data)?,
    }
    data.with_run(|run| show(run, &config, format))?;
    Ok(ExitCode::Complete)
}

/// The earlier run first, in whichever order they were named.
fn in_order(from: Option<RunRecord>, to: RunRecord) -> (Option<RunRecord>, RunRecord) {
    match from {
        Some(from) if from.run > to.run => (Some(to), from),
        from => (from, to),
    }
}

fn compare_with(data: &mut RunData<'_>, record: RunRecord) -> Result<(), AppError> {
    let kept = data.sources.kept;
    let earlier = EarlierRun {
        is_same_fleet: kept.is_same_fleet(record.run, data.record.run)?,
        record,
    };
    data.changes = Some(compare(data, &earlier).map_err(RunError::History)?);
    Ok(())
}

fn compare_with_older_run(data: &mut RunData<'_>, age: Duration) -> Result<(), AppError> {
    let is_found = compare_with_older(data, age).map_err(RunError::History)?;
    let run = data.record.run.0;
    let error = AppError::NoOlderBase { run, age };
    is_found.then_some(()).ok_or(error)
}

fn compare_as_reports_do(data: &mut RunData<'_>) -> Result<(), AppError> {
    add_history(data).map_err(RunError::History)?;
    match data.changes {
        Some(_) => Ok(()),
        None => Err(AppError::NoBase(data.record.run.0)),
    }
}

fn show(run: &Run<'_>, config: &Config, format: OutputFormat) -> Result<(), AppError> {
    match format {
        OutputFormat::Text => {
            let style = terminal_style(config.console.color);
            Ok(print(&terminal::changes(run, terminal_width(), style))?)
        }
        OutputFormat::Csv => write(changes_csv().as_ref(), run),
        OutputFormat::Json => write(changes_json().as_ref(), run),
    }
}

/// Writes a report to standard output.
fn write(report: &dyn Report, run: &Run<'_>) -> Result<(), AppError> {
    let mut out = FirstError::new(BufWriter::new(io::stdout().lock()));
    let written = report.render(run, &mut out).and_then(|()| out.flush());
    match (written, out.failed) {
        (Ok(()), _) => Ok(()),
        (_, Some(failed)) => Ok(printed(Err(failed.into()))?),
        (Err(error), None) => Err(RunError::History(error).into()),
    }
}
