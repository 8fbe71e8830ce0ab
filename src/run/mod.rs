//! The life of a run in three phases: each phase takes what the previous one returns.
//!
//! ```text
//! RunInput ─► prepare ─► Prepared ─► collect ─► Collected ─► conclude ─► Concluded ─► exit code
//!             output, store,         requests, outcomes      reports, and then the
//!             sign-in, lock, begin   into the store          end in the store
//! ```
//!
//! - `job`: what `patchgap report` does for one tenant: the list, the feeds, and then a run, or the reports
//!   of a kept one; `finished`: how it ended; `shared_feeds`: feeds that several of them read once
//! - `input`: the input of a run; `inputs`: the files that reports must not replace
//! - `feeds`: what says which CVEs matter, read before everything else
//! - `policy`: accepted risks and deadlines, read before everything else, too; `policy_error`: what can be
//!   wrong with them; `fail_on`: what makes a complete run fail
//! - `prepare`: the first phase, and what stays the same after it
//! - `software`: before the second phase: the software inventory
//! - `bulk`, `bulk_source`: before the second phase: the answers of a source that has all machines at once;
//!   `bulk_session`: fetching them; `known_machines`: which machines without a row in them miss nothing
//! - `named`: before the second phase: which machines the service names as changed
//! - `selection`, `selective`, `candidates`: before the second phase: which machines are called for, if
//!   not all; `groups`: how many there are with different software
//! - `collect`: the second phase: the work queue and the worker threads
//! - `census`: the service's own count, after the second phase
//! - `cross_check`: the comparison with a second source, after the second phase
//! - `conclude`: the third phase
//! - `reporting`: the data for the reports, of a run that has just ended or of a kept one
//! - `kept`: rendering the reports of a kept run again
//! - `stored_runs`: finding a run in the store
//! - `dry_run`: the plan of a run
//! - `gate`, `identity`, `deadline`, `interrupt`: what a run may send, as which app, and until when
//! - `upload`: uploads the reports
//! - `lake`: adds the tables of a run to those of all runs
//! - `renewal`: when a credential is to be renewed
//! - `lend`: lends the store to the few calls besides those for machines
//! - `list`: the machine list from the service, before a run begins
//! - `metrics`: what a run came to, for Prometheus
//! - `step_summary`: the summary on the page of a workflow
//! - `messages`: the messages besides the reports
//!
//! Invariants: unwritable output is detected before the first call. The lock of the app
//! registration is held from `prepare` until the run has ended, because two runs would share one
//! quota. The end is written to the store after the reports, so that a run whose reports could not
//! be written is resumed. How a run ended is a single `Ending`; everything else is derived from it.

mod bulk;
mod bulk_session;
mod bulk_source;
mod candidates;
mod census;
mod collect;
mod conclude;
mod cross_check;
mod deadline;
mod dry_run;
mod error;
mod fail_on;
pub(crate) mod feeds;
pub(crate) mod finished;
pub(crate) mod gate;
pub(crate) mod groups;
pub(crate) mod identity;
mod input;
pub(crate) mod inputs;
pub(crate) mod interrupt;
pub(crate) mod job;
pub(crate) mod kept;
mod known_machines;
pub(crate) mod lake;
mod lend;
pub(crate) mod list;
pub(crate) mod messages;
mod metrics;
mod named;
pub(crate) mod policy;
mod policy_error;
pub(crate) mod prepare;
pub(crate) mod renewal;
pub(crate) mod reporting;
mod selection;
mod selective;
pub(crate) mod shared_feeds;
mod software;
pub(crate) mod step_summary;
pub(crate) mod stored_runs;
pub(crate) mod upload;

pub use self::error::RunError;
pub(crate) use self::finished::Finished;
pub(crate) use self::input::RunInput;
use self::{
    bulk::read_bulk,
    census::add_census,
    collect::collect,
    conclude::{Concluded, conclude},
    cross_check::{add_cross_check, warn_of_missing_permission},
    dry_run::plan,
    inputs::{check_conflicts, check_parts},
    list::{check_list, demand_filters},
    metrics::with_failure_written,
    prepare::prepare,
    selective::select,
    software::add_software,
};
use crate::{console::print, domain::exit_code::ExitCode};

/// Runs to the end.
pub(crate) async fn run(input: RunInput<'_>) -> Finished {
    match conclusion(input).await {
        Ok(Some(concluded)) => concluded.finish(),
        Ok(None) => Finished::without_reports(ExitCode::Complete),
        Err(error) => error.into(),
    }
}

/// Runs until the reports are written; `None` if only the plan was wanted.
async fn conclusion(input: RunInput<'_>) -> Result<Option<Concluded<'_>>, RunError> {
    check_conflicts(input.config, input.inputs)?;
    check_parts(input.config, input.inventory, input.inputs)?;
    if input.config.dry_run {
        print(&plan(input)?)?;
        return Ok(None);
    }
    metrics::check(input.config)?;
    let concluded = Box::pin(run_phases(input)).await;
    with_failure_written(input.config, input.started.timestamp(), concluded).map(Some)
}

/// Prepares, collects and concludes.
async fn run_phases(input: RunInput<'_>) -> Result<Concluded<'_>, RunError> {
    lake::check(input.config, input.started.timestamp()).await?;
    upload::check(input.config.upload.as_ref(), input.config, input.started).await?;
    demand_filters(input)?;
    let prepared = Box::pin(check_list(prepare(input).await?)).await?;
    Box::pin(warn_of_missing_permission(&prepared)).await;
    let prepared = Box::pin(add_software(prepared)).await?;
    let prepared = Box::pin(read_bulk(prepared)).await?;
    let prepared = Box::pin(select(prepared)).await?;
    let collected = Box::pin(collect(prepared)).await?;
    let collected = Box::pin(add_census(collected)).await?;
    let collected = Box::pin(add_cross_check(collected)).await?;
    conclude(collected).await
}
