//! `patchgap runs`: the runs that are kept, the latest first.

use std::time::Duration;

use jiff::ZonedDateTime;

use super::{
    App, AppError,
    console::{say, terminal_width},
    report::state,
};
use crate::{
    cli,
    exit_code::ExitCode,
    report::terminal::{Column, share, table},
    store::{RunRecord, Store, StoreError, Tally},
    text::{span, thousands},
};

impl App {
    pub(super) fn runs(&mut self, command: cli::Runs) -> Result<ExitCode, AppError> {
        let config = self.resolve(command.into())?.config;
        let store = Store::open_existing(state(&config.store)?)?;
        let rows = rows(&store, &self.surroundings.started)?;
        let columns = [
            Column::number("run"),
            Column::text("started"),
            Column::text("took"),
            Column::text("outcome"),
            Column::number("machines"),
            Column::number("answered"),
            Column::number("%"),
            Column::number("reused"),
            Column::gives_way("list"),
            Column::gives_way("tenant"),
        ];
        let lines = table(&columns, &rows, terminal_width());
        say(&(lines.join("\n") + "\n"));
        Ok(ExitCode::Complete)
    }
}

fn rows(store: &Store, now: &ZonedDateTime) -> Result<Vec<Vec<String>>, StoreError> {
    let runs = store.runs()?;
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

fn row(run: &RunRecord, tally: Tally, now: &ZonedDateTime) -> Vec<String> {
    let machines = tally.answered + tally.not_found + tally.failed + tally.pending;
    let started = run.started_at.to_zoned_datetime(now.time_zone().clone());
    vec![
        run.run.0.to_string(),
        started.strftime("%Y-%m-%d %H:%M").to_string(),
        took(run),
        // At work, or killed: the store cannot tell.
        run.outcome
            .map_or("unfinished", |outcome| outcome.as_str())
            .to_owned(),
        thousands(machines),
        thousands(tally.answered),
        share(tally.answered, machines),
        thousands(tally.reused),
        run.file.clone(),
        run.service.tenant_id.clone(),
    ]
}

fn took(run: &RunRecord) -> String {
    let Some(finished_at) = run.finished_at else {
        return String::new();
    };
    let took = finished_at.duration_since(run.started_at);
    span(Duration::try_from(took).unwrap_or_default())
}
