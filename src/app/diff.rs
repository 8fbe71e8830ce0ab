//! `patchgap diff`: what changed between any two kept runs.

use std::io::{self, BufWriter, Write};

use jiff::Timestamp;

use super::{
    App, AppError,
    offline::{Kept, again, facts, fleet, last_run},
    report::state,
    watched::Watched,
};
use crate::{
    aggregate::TopActions,
    cli::{self, DiffFormat},
    config::Config,
    console::{print, printed, terminal_style, terminal_width},
    domain::exit_code::ExitCode,
    report::{Facts, Report, Run, changes_csv, changes_json, terminal},
    run::{
        RunError,
        history::{Lookback, Today, compare, look_back},
        kept_runs::named,
    },
    store::{EarlierRun, RunRecord, Snapshot, Store},
};

/// The two runs: the one that is compared with, where it is named, and the other one.
struct Two {
    from: Option<RunRecord>,
    to: Kept,
}

impl App {
    pub(super) fn diff(&mut self, command: cli::Diff) -> Result<ExitCode, AppError> {
        let (from, to, format) = (command.from(), command.to(), command.format);
        let config = self.resolve(command.into())?.config;
        let store = Store::open_existing(state(&config.store)?)?;
        store.verify()?;
        let last = last_run(&store, &config)?;
        let find = |number: i64| named(&store, &last, number);
        let two = Two {
            from: from.map(find).transpose()?,
            to: again(&store, to.map(find).transpose()?.unwrap_or(last.clone()))?,
        };
        self.tell_difference(store, &two, (&config, format))?;
        Ok(ExitCode::Complete)
    }

    fn tell_difference(
        &self,
        store: Store,
        two: &Two,
        (config, format): (&Config, DiffFormat),
    ) -> Result<(), AppError> {
        let now = self.surroundings.started.timestamp();
        let gaps = store.snapshot(1)?;
        let fleet = fleet(&gaps, &two.to, config, now)?;
        let today = Today {
            run: &two.to.last,
            fleet: &fleet,
            gaps: &gaps,
            history: &gaps,
            replacing: config.reports.replacing,
        };
        let lookback = difference(&gaps, two, today)?;
        let facts = self.facts_of(&two.to, config, now, today);
        let run = Run {
            inventory: &two.to.inventory,
            fleet: &fleet,
            gaps: &gaps,
            actions: &TopActions::of(&fleet, &gaps),
            past: lookback.past(&gaps),
            trend: &lookback.trend,
            facts: &facts,
        };
        show(&run, config, format)
    }

    fn facts_of(&self, kept: &Kept, config: &Config, now: Timestamp, today: Today<'_>) -> Facts {
        Facts {
            time_zone: self.surroundings.started.time_zone().clone(),
            ..facts(kept, config, today.fleet, now)
        }
    }
}

/// What changed since the named run, or else since the one that reports compare with.
fn difference(kept: &Snapshot, two: &Two, today: Today<'_>) -> Result<Lookback, AppError> {
    let run = today.run.run;
    let Some(from) = &two.from else {
        let lookback = look_back(kept, today).map_err(RunError::History)?;
        return match lookback.changes {
            Some(_) => Ok(lookback),
            None => Err(AppError::NoBase(run.0)),
        };
    };
    let earlier = EarlierRun {
        is_same_fleet: kept.is_same_fleet(from.run, run)?,
        record: from.clone(),
    };
    let changes = compare(kept, &earlier, today).map_err(RunError::History)?;
    Ok(Lookback {
        changes: Some(changes),
        trend: Vec::new(),
    })
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
    let mut out = Watched::new(BufWriter::new(io::stdout().lock()));
    let written = report.render(run, &mut out).and_then(|()| out.flush());
    match (written, out.failed) {
        (Ok(()), _) => Ok(()),
        (_, Some(failed)) => Ok(printed(Err(failed.into()))?),
        (Err(error), None) => Err(RunError::History(error).into()),
    }
}
