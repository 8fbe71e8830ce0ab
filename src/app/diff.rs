//! `patchgap diff`: the changes between any two kept runs.

use std::io::{self, BufWriter, Write};

use super::{
    AppError,
    context::{Context, state},
    first_error::FirstError,
};
use crate::{
    cli::{self, DiffFormat},
    config::Config,
    console::{print, printed, terminal_style, terminal_width},
    domain::exit_code::ExitCode,
    report::{Report, Run, changes_csv, changes_json, terminal},
    run::{
        RunError,
        kept::KeptRun,
        reporting::{
            data::RunData,
            history::{add_history, compare},
        },
        stored_runs::{last_run, numbered},
    },
    store::{EarlierRun, RunRecord, Snapshot, Store},
};

pub(super) fn diff(context: &mut Context, command: cli::Diff) -> Result<ExitCode, AppError> {
    let (from, to, format) = (command.from(), command.to(), command.format);
    let config = context.resolve(command.into())?.config;
    let store = Store::open_existing(state(&config.store)?)?;
    store.verify()?;
    let last = last_run(&store, &config)?;
    let find = |number: i64| numbered(&store, &last, number);
    let from = from.map(find).transpose()?;
    let to = KeptRun::of_run(&store, to.map(find).transpose()?.unwrap_or(last.clone()))?;
    let started = &context.surroundings.started;
    let answers = Snapshot::of(store, 1)?;
    let fleet = to.aggregate(&answers, &config, started.timestamp())?;
    let mut data = to.data(&answers, fleet, &config, started);
    find_changes(&mut data, &answers, from)?;
    data.with_run(|run| show(run, &config, format))?;
    Ok(ExitCode::Complete)
}

/// The changes since the named run or, by default, since the run that reports compare with.
fn find_changes(
    data: &mut RunData<'_>,
    kept: &Snapshot,
    from: Option<RunRecord>,
) -> Result<(), AppError> {
    let Some(record) = from else {
        add_history(data, kept).map_err(RunError::History)?;
        return match data.changes {
            Some(_) => Ok(()),
            None => Err(AppError::NoBase(data.record.run.0)),
        };
    };
    let earlier = EarlierRun {
        is_same_fleet: kept.is_same_fleet(record.run, data.record.run)?,
        record,
    };
    data.changes = Some(compare(data, kept, &earlier).map_err(RunError::History)?);
    Ok(())
}

fn show(run: &Run<'_>, config: &Config, format: DiffFormat) -> Result<(), AppError> {
    match format {
        DiffFormat::Text => {
            let style = terminal_style(config.console.color);
            Ok(print(&terminal::changes(run, terminal_width(), style))?)
        }
        DiffFormat::Csv => write(changes_csv().as_ref(), run),
        DiffFormat::Json => write(changes_json().as_ref(), run),
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
