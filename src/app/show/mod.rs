//! `patchgap show`: which machines miss an update, or which updates a machine misses, and since
//! when. From the store.
//!
//! - [`facts`]: a machine's Windows version, and where its answer comes from
//! - [`find`]: the update or the machine that a word names
//! - [`rows`]: the gaps of that update or machine
//! - [`render`]: as text; [`formats`]: as CSV or JSON

mod facts;
mod find;
mod formats;
mod render;
mod rows;

use self::{
    find::SearchedRun,
    formats::{csv, json},
    render::Shown,
};
use super::{
    AppError,
    context::{Context, state},
};
use crate::{
    aggregate::SoftwareOn,
    cli::{self, OutputFormat},
    console::print,
    domain::exit_code::ExitCode,
    run::{
        RunError,
        inputs::criteria::Criteria,
        kept::{
            KeptRun,
            find::{last_run, numbered},
        },
    },
    store::{Snapshot, Store},
};

pub(super) fn show(context: &mut Context, command: cli::Show) -> Result<ExitCode, AppError> {
    let (word, run, format) = (command.what.clone(), command.run(), command.format);
    let config = context.resolve(&command.into())?.config;
    let store = Store::open_existing(state(&config.store)?)?;
    store.verify()?;
    let last = last_run(&store, &config)?;
    let run = match run {
        Some(number) => numbered(&store, &last, number)?,
        None => last,
    };
    let (number, started_at) = (run.run.0, run.started_at);
    let kept = KeptRun::of_run(&store, run)?;
    let answers = Snapshot::of(store, 1)?;
    let started = &context.surroundings.started;
    let fleet = kept.aggregate(&answers, &config, started, &Criteria::default())?;
    let searched = SearchedRun {
        run: number,
        started_at,
        list: &kept.inventory,
        fleet: &fleet,
        gaps: &answers,
        software: SoftwareOn::of(kept.software.as_ref(), started_at, started.time_zone()),
    };
    let found = searched.find(&word)?;
    let rows = searched.rows(&found);
    let shown = Shown {
        rows: rows.map_err(RunError::History)?,
        searched,
        found,
    };
    let text = match format {
        OutputFormat::Text => Ok(shown.text(started.time_zone())),
        OutputFormat::Csv => csv(&shown, config.reports.csv_guard),
        OutputFormat::Json => json(&shown),
    };
    print(&text.map_err(RunError::History)?)?;
    Ok(ExitCode::Complete)
}
