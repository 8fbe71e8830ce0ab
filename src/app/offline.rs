//! `patchgap report --offline`: the reports again, from the store alone.

use std::{
    panic::resume_unwind,
    path::Path,
    thread::{JoinHandle, spawn},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{App, AppError};
use crate::{
    aggregate::{Aggregation, Fleet, TopActions},
    collect::Requests,
    config::Config,
    console::print,
    domain::{ending::RunOutcome, exit_code::ExitCode, gaps::AnswerRef, outcome::Outcome},
    inventory::Inventory,
    report::{
        self, Facts, Run, Tool,
        output::{OutputFolder, at_once},
    },
    run::{
        RunError,
        data::is_enough,
        dry_run,
        history::{Lookback, Today, look_back},
        identity::service,
        kept_runs::named,
        messages::rendered,
        summary::summary,
        unreadable::warn_of,
    },
    store::{Problem, Reuse, RunRecord, Snapshot, Store, StoreError},
};

/// What is rendered again.
pub(super) struct Kept {
    pub(super) inventory: Inventory,
    /// The last run for the configured tenant and API.
    pub(super) last: RunRecord,
    /// The run whose reports they are; none where the list is another.
    run: Option<RunRecord>,
    /// Older answers are left out.
    longest: Option<Duration>,
}

/// What was read of it.
struct Read {
    kept: Kept,
    gaps: Snapshot,
    fleet: Fleet,
}

/// Whether the store is sound, while it is read already.
struct Verifying(JoinHandle<Result<(), StoreError>>);

impl Verifying {
    fn begin(state: &Path) -> Self {
        let state = state.to_owned();
        Self(spawn(move || Store::open_existing(&state)?.verify()))
    }

    /// What was read, if the store is sound. If not, that is the reason for whatever else went
    /// wrong.
    fn first<T>(self, read: Result<T, AppError>) -> Result<T, AppError> {
        self.0.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        read
    }
}

impl App {
    /// Renders the last run's reports again; or, for a list of its own, what the store knows
    /// of these machines.
    pub(super) fn offline(
        &self,
        config: &Config,
        state: &Path,
        inventory: Option<Inventory>,
    ) -> Result<ExitCode, AppError> {
        if config.dry_run {
            print(&rehearsed(config, state, inventory.as_ref())?)?;
            return Ok(ExitCode::Complete);
        }
        let store = Store::open_existing(state)?;
        let verifying = Verifying::begin(state);
        let kept = kept(&store, inventory, config);
        let read = kept.and_then(|kept| self.read(store, kept, config));
        self.write_again(config, &verifying.first(read)?)
    }

    /// Reads what is kept, and puts it together.
    fn read(&self, store: Store, kept: Kept, config: &Config) -> Result<Read, AppError> {
        let gaps = store.snapshot(at_once())?;
        let fleet = fleet(&gaps, &kept, config, self.now())?;
        Ok(Read { kept, gaps, fleet })
    }

    /// Writes the reports of what is kept.
    fn write_again(
        &self,
        config: &Config,
        Read { kept, gaps, fleet }: &Read,
    ) -> Result<ExitCode, AppError> {
        warn_of(&fleet.unreadable);
        let reports = report::reports(&config.reports.formats);
        let folder = OutputFolder::prepare(&config.reports.out, &reports)?;
        let lookback = lookback(gaps, kept, fleet, config)?;
        let facts = Facts {
            files: report::file_names(&reports, lookback.changes.is_some()),
            time_zone: self.surroundings.started.time_zone().clone(),
            ..facts(kept, config, fleet, self.now())
        };
        let run = Run {
            inventory: &kept.inventory,
            fleet,
            gaps,
            actions: &TopActions::of(fleet, gaps),
            past: lookback.past(gaps),
            trend: &lookback.trend,
            facts: &facts,
        };
        folder.write_all(&reports, &run)?;
        summary(config, &run)()?;
        let code = match facts.outcome {
            RunOutcome::Complete => ExitCode::Complete,
            _ => ExitCode::Partial,
        };
        if let Some(how) = rendered(config, code) {
            print(&how)?;
        }
        Ok(code)
    }

    fn now(&self) -> Timestamp {
        self.surroundings.started.timestamp()
    }
}

/// The plan of rendering again. Nothing is written.
fn rehearsed(
    config: &Config,
    state: &Path,
    inventory: Option<&Inventory>,
) -> Result<String, AppError> {
    let kept = Store::look_into(state, |store| {
        store.verify()?;
        kept(store, inventory.cloned(), config)
    })?;
    Ok(dry_run::offline(config, &kept.inventory))
}

/// What there is to render: of the run that is named, of the list, or else of the last run.
fn kept(store: &Store, inventory: Option<Inventory>, config: &Config) -> Result<Kept, AppError> {
    let last = last_run(store, config)?;
    match (inventory, config.run) {
        (Some(inventory), _) => known(store, last, inventory, config),
        (None, Some(run)) => again(store, named(store, &last, run)?),
        (None, None) => again(store, last),
    }
}

/// What is known of the machines, put together.
pub(super) fn fleet(
    store: &Snapshot,
    kept: &Kept,
    config: &Config,
    now: Timestamp,
) -> Result<Fleet, AppError> {
    let mut aggregation = Aggregation::of(&kept.inventory);
    tell(store, kept, now, &mut |outcome, place| {
        aggregation.record(outcome, place);
    })?;
    let rank_by = config.reports.rank_by;
    Ok(aggregation.finish(rank_by, ended_at(kept.run.as_ref(), now)))
}

/// When a run had asked everything, or gave its last sign of life; now, where there is none.
fn ended_at(run: Option<&RunRecord>, now: Timestamp) -> Timestamp {
    run.map_or(now, |run| run.finished_at.unwrap_or(run.active_at))
}

/// What earlier runs say beside the one whose reports they are. What is known of another list is
/// no run.
fn lookback(
    gaps: &Snapshot,
    kept: &Kept,
    fleet: &Fleet,
    config: &Config,
) -> Result<Lookback, AppError> {
    let Some(run) = &kept.run else {
        return Ok(Lookback::default());
    };
    let today = Today {
        run,
        fleet,
        gaps,
        history: gaps,
        replacing: config.reports.replacing,
    };
    Ok(look_back(gaps, today).map_err(RunError::History)?)
}

/// The last run for the configured tenant and API. Where there is only one tenant, neither need
/// be configured; but one that is configured has to be the right one.
pub(super) fn last_run(store: &Store, config: &Config) -> Result<RunRecord, AppError> {
    let runs = store.runs()?;
    let configured = service(
        config.sign_in.tenant_id.as_deref(),
        config.service.api_url.as_str(),
    );
    let is_tenant = |run: &&RunRecord| {
        let tenant = &configured.tenant_id;
        tenant.is_empty() || run.service.tenant_id.eq_ignore_ascii_case(tenant)
    };
    let is_configured =
        |run: &&RunRecord| is_tenant(run) && run.service.api_url == configured.api_url;
    let only_one = runs
        .windows(2)
        .all(|pair| pair[0].service.is_same_tenant(&pair[1].service));
    let found = runs
        .iter()
        .find(is_configured)
        .or_else(|| runs.first().filter(|run| only_one && is_tenant(run)));
    let problem = if runs.is_empty() {
        "holds no run yet"
    } else {
        "holds no run for the configured tenant and API; `patchgap runs` lists those that it holds"
    };
    Ok(found.cloned().ok_or_else(|| StoreError {
        path: store.path().to_owned(),
        problem: Problem::Empty(problem),
    })?)
}

/// The run's own list, and what came of it.
pub(super) fn again(store: &Store, run: RunRecord) -> Result<Kept, AppError> {
    Ok(Kept {
        inventory: store.inventory(run.run)?,
        last: run.clone(),
        run: Some(run),
        longest: None,
    })
}

/// For the machines of a run that run's reports, with what the list says of them now. For
/// other machines what the store knows of them.
fn known(
    store: &Store,
    last: RunRecord,
    inventory: Inventory,
    config: &Config,
) -> Result<Kept, AppError> {
    Ok(Kept {
        run: store.run_of_fleet(last.service_number, &inventory)?,
        inventory,
        last,
        longest: match config.store.reuse {
            Reuse::Answers(longest) => Some(longest),
            _ => None,
        },
    })
}

/// Tells what is known of the machines, but for answers that are too old.
fn tell(
    store: &Snapshot,
    kept: &Kept,
    now: Timestamp,
    take: &mut dyn FnMut(Outcome, AnswerRef),
) -> Result<(), AppError> {
    let is_young = |outcome: &Outcome| match (&outcome.result, kept.longest) {
        (Ok(answer), Some(longest)) => now.duration_since(answer.as_of).unsigned_abs() <= longest,
        _ => true,
    };
    let mut take_young = |outcome: Outcome, place| {
        if is_young(&outcome) {
            take(outcome, place);
        }
    };
    match &kept.run {
        Some(run) => store.each_outcome(run.run, &mut take_young)?,
        None => store.look(|store| tell_of_other_list(store, kept, &mut take_young))?,
    }
    Ok(())
}

/// Tells each machine's last answer, and why the last run has none. Of several outcomes of one
/// machine, an answer counts.
fn tell_of_other_list(
    store: &Store,
    kept: &Kept,
    take: &mut dyn FnMut(Outcome, AnswerRef),
) -> Result<(), StoreError> {
    let machines = kept.inventory.machines.iter().map(|machine| machine.id);
    store.each_last_answer(kept.last.service_number, machines, take)?;
    store.each_outcome(kept.last.run, &mut |outcome, place| {
        if outcome.result.is_err() {
            take(outcome, place);
        }
    })
}

fn tenant(run: &RunRecord) -> Option<String> {
    let tenant = &run.service.tenant_id;
    (!tenant.is_empty()).then(|| tenant.clone())
}

/// The circumstances of the run whose reports they are; of another list, those of now.
pub(super) fn facts(kept: &Kept, config: &Config, fleet: &Fleet, now: Timestamp) -> Facts {
    let run = kept.run.as_ref();
    let ended = run.and_then(|run| run.ended);
    let is_enough = is_enough(
        &kept.inventory,
        &fleet.coverage,
        config.reports.min_coverage,
    );
    Facts {
        tool: Tool::THIS,
        tenant_id: tenant(&kept.last),
        outcome: RunOutcome::again(ended, is_enough),
        ended,
        started_at: run.map_or(now, |run| run.started_at),
        finished_at: ended_at(run, now),
        api_url: kept.last.service.api_url.clone(),
        requests: run.map_or_else(Requests::default, |run| run.requests),
        folder: config.reports.out.clone(),
        files: Vec::new(),
        rank_by: config.reports.rank_by,
        time_zone: TimeZone::UTC,
        csv_guard: config.reports.csv_guard,
    }
}
