//! The life of a run, in three phases: what one needs is what the one before returns.
//!
//! ```text
//! RunInput ─► prepare ─► Prepared ─► collect ─► Collected ─► conclude ─► Concluded ─► exit code
//!             output, store,         requests, outcomes      reports, and then the
//!             sign-in, lock, begin   into the store          end in the store
//! ```
//!
//! - [`setup`]: what a run is given, and what stays the same once it is prepared
//! - [`prepare`]: the first phase, with [`sign_in`], [`lock`] and [`identity`]
//! - [`collect`]: the second, with [`work_queue`], [`gate`], [`deadline`], [`workers`]
//! - [`conclude`]: the third, with [`answers`], [`history`], [`summary`]
//! - [`data`]: what reports need of a run, whether it has just ended or is kept
//! - [`offline`], [`kept_run`]: the reports of a kept run again
//! - [`dry_run`]: what a run would do
//! - [`messages`]: what is said beside the reports
//! - [`interrupt`]: Ctrl-C and the like; [`inputs`]: the files that no report may replace
//!
//! What holds: unwritable output is found out before the first call. From [`prepare`] on the lock of the
//! app registration is held until the run has ended, because two runs share one quota. The end is written
//! to the store after the reports: a run whose reports could not be written is gone on with. How a run
//! ended is one [`Ending`](crate::domain::ending::Ending), and everything else follows from it.

mod answers;
mod collect;
mod conclude;
pub(crate) mod data;
mod deadline;
mod dry_run;
mod error;
pub(crate) mod gate;
pub(crate) mod history;
pub(crate) mod identity;
pub(crate) mod inputs;
pub(crate) mod interrupt;
pub(crate) mod kept_run;
mod lock;
pub(crate) mod messages;
pub(crate) mod offline;
pub(crate) mod prepare;
mod setup;
mod sign_in;
mod summary;
mod work_queue;
mod workers;

pub use self::error::RunError;
pub(crate) use self::setup::RunInput;
use self::{
    collect::collect, conclude::conclude, dry_run::plan, inputs::demand_room, prepare::prepare,
};
use crate::{console::print, domain::exit_code::ExitCode};

/// Runs to the end, or says why not.
pub(crate) async fn run(input: RunInput<'_>) -> Result<ExitCode, RunError> {
    demand_room(input.config, input.inputs)?;
    if input.config.dry_run {
        print(&plan(input)?)?;
        return Ok(ExitCode::Complete);
    }
    let prepared = prepare(input).await?;
    let collected = collect(prepared).await?;
    conclude(collected)?.exit()
}
