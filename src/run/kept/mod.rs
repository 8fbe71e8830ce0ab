//! Renders the reports of a kept run again, from the store alone.
//!
//! - `find`: finds a run in the store
//! - `kept_run`: its data for the reports

pub(crate) mod find;
mod kept_run;

use std::{
    panic::resume_unwind,
    path::Path,
    thread::{JoinHandle, spawn},
};

use jiff::ZonedDateTime;
use tokio_util::sync::CancellationToken;
use tracing::warn;

pub(crate) use self::kept_run::KeptRun;
use super::{
    Finished, RunError,
    conclude::fail_on::{alarmed, is_alarming},
    deliver::upload::{WrittenFiles, upload_run},
    dry_run,
    inputs::{criteria::Criteria, files::check_parts, policy::warn_of_exceptions},
    list::list_check,
    messages::{rendered, warn_of_unreadable},
    reporting::{
        data::RunData, history::add_history, output::Output, split::write_parts, summary::summary,
    },
};
use crate::{
    config::Config,
    console::print,
    domain::{ending::RunOutcome, exit_code::ExitCode},
    inventory::Inventory,
    report::{
        output::{Input, readers},
        overview::RunDigest,
    },
    store::{Snapshot, Store, StoreError},
};

/// A background check of the store's integrity, while it is already being read.
struct Verification(JoinHandle<Result<(), StoreError>>);

impl Verification {
    fn start(state: &Path) -> Self {
        let state = state.to_owned();
        Self(spawn(move || Store::open_existing(&state)?.verify()))
    }

    /// Returns `read` if the store is intact. If not, returns the damage, which is the cause of any
    /// other error.
    fn before<T>(self, read: Result<T, RunError>) -> Result<T, RunError> {
        self.0.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        read
    }
}

/// The input of rendering reports again, except the list.
pub(crate) struct RerenderInput<'again> {
    pub(crate) config: &'again Config,
    /// The path of the store.
    pub(crate) state: &'again Path,
    /// The files that reports must not replace.
    pub(crate) inputs: &'again [Input],
    pub(crate) started: &'again ZonedDateTime,
    pub(crate) criteria: &'again Criteria,
    /// Cancelled when the process is interrupted.
    pub(crate) stop: &'again CancellationToken,
}

/// Renders the last run's reports again or, given another list, reports what the store knows about
/// its machines.
pub(crate) async fn report_again(
    again: &RerenderInput<'_>,
    inventory: Option<Inventory>,
) -> Result<Finished, RunError> {
    let RerenderInput {
        config,
        state,
        inputs,
        started,
        criteria,
        stop,
    } = *again;
    if config.dry_run {
        print(&plan(config, state, inventory.as_ref(), inputs)?)?;
        return Ok(Finished::without_reports(ExitCode::Complete));
    }
    let store = Store::open_existing(state)?;
    let verification = Verification::start(state);
    let read = || -> Result<_, RunError> {
        let kept = KeptRun::find(&store, inventory, config)?;
        check_parts(config, &kept.inventory, inputs)?;
        let answers = Snapshot::of(store, readers(kept.inventory.machines.len()))?;
        let fleet = kept.aggregate(&answers, config, started, criteria)?;
        Ok((kept, answers, fleet))
    };
    let (kept, answers, fleet) = verification.before(read())?;
    warn_of_unreadable(&fleet.unreadable);
    warn_of_exceptions(&fleet.policy);
    let is_alarming = is_alarming(config, &fleet);
    let output = Output::prepare(config, &kept.inventory)?;
    let mut data = kept.data(&answers, fleet, config, started);
    data.census = kept.census(&answers)?;
    data.cross_check = kept.cross_check(&answers)?;
    data.selection = kept.selection(&answers)?;
    data.bulk = kept.bulk(&answers)?;
    warn_of_missing(config, &data);
    if kept.run.is_some() {
        add_history(&mut data).map_err(RunError::History)?;
    }
    if let Some(run) = &kept.run {
        data.list_check = list_check(&answers, run.run, &kept.inventory)?;
    }
    let mut written = WrittenFiles::default();
    let (summary, mut digest) = data.with_run(|run| {
        output.write(run)?;
        written.add(run.facts, None);
        Ok::<_, RunError>((summary(config, run), RunDigest::of(run)))
    })?;
    digest.is_alarming = is_alarming;
    let outcomes = |record: &mut dyn FnMut(_, _)| {
        Ok(kept.for_each_outcome(&answers, started.timestamp(), record)?)
    };
    let delivered = match write_parts(&data, &output, &outcomes, &mut written) {
        Ok(()) => upload_run(config, &written, started, stop).await,
        Err(problem) => Err(problem),
    };
    summary.show()?;
    Ok(Finished {
        digest: Some(digest),
        // Rendering reports again sends no notification.
        notice: None,
        ended: delivered.and_then(|()| print_outcome(config, data.outcome, is_alarming)),
    })
}

/// Warns about data that is wanted but not stored, and about options without effect offline.
fn warn_of_missing(config: &Config, data: &RunData<'_>) {
    if config.census && data.census.is_none() {
        warn!("this run has no stored census, and --offline requests none");
    }
    if config.cross_check.is_some() && data.cross_check.is_none() {
        warn!("this run has no stored comparison with a second source, and --offline makes none");
    }
    if config.reports.software && data.software.is_none() {
        warn!("this run has no stored software inventory, and --offline requests none");
    }
    if config.lake.is_some() {
        warn!("--offline adds nothing to the lake");
    }
}

/// Prints the outcome. The reports are written, so this command was neither interrupted nor
/// rejected.
fn print_outcome(
    config: &Config,
    outcome: RunOutcome,
    is_alarming: bool,
) -> Result<ExitCode, RunError> {
    let code = match outcome {
        RunOutcome::Complete => ExitCode::Complete,
        _ => ExitCode::Partial,
    };
    let exit_code = alarmed(code, is_alarming);
    if let Some(message) = rendered(config, code, exit_code) {
        print(&message)?;
    }
    Ok(exit_code)
}

/// The plan of rendering reports again. Writes nothing.
fn plan(
    config: &Config,
    state: &Path,
    inventory: Option<&Inventory>,
    inputs: &[Input],
) -> Result<String, RunError> {
    let kept = Store::read_only(state, |store| {
        store.verify()?;
        KeptRun::find(store, inventory.cloned(), config)
    })?;
    check_parts(config, &kept.inventory, inputs)?;
    Ok(dry_run::offline(config, &kept.inventory))
}
