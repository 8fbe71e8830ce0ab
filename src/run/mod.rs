//! The life of a run in three phases: each phase takes what the previous one returns.
//!
//! ```text
//! RunInput ─► prepare ─► Prepared ─► collect ─► Collected ─► conclude ─► Concluded ─► exit code
//!             output, store,         requests, outcomes      reports, and then the
//!             sign-in, lock, begin   into the store          end in the store
//! ```
//!
//! Before the phases:
//!
//! - `job`: what `patchgap report` does for one tenant: the list, the feeds, and then a run, or the reports
//!   of a kept one
//! - `inputs/`: the files that a run reads: feeds, policy, and which of them reports must not replace
//! - `list/`: the machine list from the service
//! - `dry_run/`: the plan of a run, instead of the phases
//! - `input`: what the phases begin with
//!
//! The phases, in their order, and what comes in between:
//!
//! - `prepare/`: output, store, sign-in, lock; and what stays the same from then on
//! - `software`: the software inventory
//! - `bulk/`: the answers of a source that has all machines at once
//! - `selective/`: which machines are called for, if not all
//! - `collect/`: the work queue and the worker threads
//! - `compare/`: compares the answers with the service's own count and a second source
//! - `conclude/`: the reports, the end in the store, the exit code
//! - `finished`: how a run ended, for whoever started it; `error`: why it ended early
//!
//! What the phases use:
//!
//! - `gate`, `identity`, `deadline`, `interrupt/`: what a run may send, as which app, and until when
//! - `census`: the service's own count, which a selection begins with and answers are compared with
//! - `shared_store`: the store, shared with the few calls besides those for machines
//! - `renewal`: when a credential is to be renewed
//! - `reporting/`: the data for the reports, of a run that has just ended or of a kept one
//! - `deliver/`: where the reports go besides their folder
//! - `kept/`: finding a run in the store, and rendering its reports again
//! - `metrics/`: what a run came to, for Prometheus
//! - `messages/`: the messages besides the reports
//!
//! Invariants: unwritable output is detected before the first call. The lock of the app
//! registration is held from `prepare` until the run has ended, because two runs would share one
//! quota. The end is written to the store after the reports, so that a run whose reports could not
//! be written is resumed. How a run ended is a single `Ending`; everything else is derived from it.

mod bulk;
mod census;
mod collect;
mod compare;
mod conclude;
mod deadline;
pub(crate) mod deliver;
mod dry_run;
mod error;
pub(crate) mod finished;
pub(crate) mod gate;
pub(crate) mod identity;
mod input;
pub(crate) mod inputs;
pub(crate) mod interrupt;
pub(crate) mod job;
pub(crate) mod kept;
pub(crate) mod list;
pub(crate) mod messages;
mod metrics;
pub(crate) mod prepare;
pub(crate) mod renewal;
pub(crate) mod reporting;
pub(crate) mod selective;
mod shared_store;
mod software;

pub use self::error::RunError;
pub(crate) use self::finished::Finished;
pub(crate) use self::input::RunInput;
use self::{
    bulk::read_bulk,
    collect::collect,
    compare::{
        census::census,
        cross_check::{cross_check, warn_of_missing_permission},
    },
    conclude::{Concluded, conclude},
    deliver::{lake, upload},
    dry_run::plan,
    inputs::files::{check_conflicts, check_parts},
    list::{check_list, require_filters},
    prepare::{Prepared, prepare},
    selective::{select, selection::RequestedMachines},
    software::software,
};
use crate::{console::print, domain::exit_code::ExitCode};

/// Runs to the end.
pub(crate) async fn run(input: RunInput<'_>) -> Finished {
    match plan_or_run(input).await {
        Ok(Some(concluded)) => concluded.finish(),
        Ok(None) => Finished::without_reports(ExitCode::Complete),
        Err(error) => error.into(),
    }
}

/// Checks what can be checked without a request, and then runs until the reports are written; `None` if only
/// the plan was wanted.
async fn plan_or_run(input: RunInput<'_>) -> Result<Option<Concluded<'_>>, RunError> {
    check_conflicts(input.config, input.inputs)?;
    check_parts(input.config, input.inventory, input.inputs)?;
    if input.config.dry_run {
        print(&plan(input)?)?;
        return Ok(None);
    }
    metrics::check(input.config)?;
    let concluded = Box::pin(run_phases(input)).await;
    let started = input.started.timestamp();
    concluded
        .inspect_err(|it| metrics::write_failure(input.config, started, it.exit_code()))
        .map(Some)
}

/// Prepares, collects and concludes.
async fn run_phases(input: RunInput<'_>) -> Result<Concluded<'_>, RunError> {
    lake::check(input.config, input.started.timestamp()).await?;
    upload::check(input.config.upload.as_ref(), input.config, input.started).await?;
    require_filters(input)?;
    let mut prepared = prepare(input).await?;
    Box::pin(check_list(&prepared)).await;
    Box::pin(warn_of_missing_permission(&prepared)).await;
    prepared.setup.software = Box::pin(software(&prepared)).await?;
    let requested = Box::pin(requested_machines(&mut prepared)).await?;
    let mut collected = Box::pin(collect(prepared, requested)).await?;
    collected.census = Box::pin(census(&collected)).await;
    collected.cross_check = Box::pin(cross_check(&collected)).await;
    conclude(collected).await
}

/// Decides which machines are requested: none, if a bulk source has the answers of all of them.
async fn requested_machines(prepared: &mut Prepared<'_>) -> Result<RequestedMachines, RunError> {
    match prepared.setup.input.config.source.answers.bulk {
        Some(source) => read_bulk(prepared, source).await,
        None => select(prepared).await,
    }
}
