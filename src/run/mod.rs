//! The life of a run, in three phases: what one needs is what the one before returns.
//!
//! ```text
//! RunInput ─► prepare ─► Prepared ─► collect ─► Collected ─► conclude ─► Concluded ─► exit code
//!             output, store,         requests, outcomes      reports, and then the
//!             sign-in, lock, begin   into the store          end in the store
//! ```
//!
//! - `input`: what a run is given; `inputs`: the files that no report may replace
//! - `prepare`: the first phase, and what stays the same after it
//! - `collect`: the second: the work queue, and the threads that help
//! - `conclude`: the third
//! - `reporting`: what reports need of a run, whether it has just ended or is kept
//! - `kept`: the reports of a kept run again
//! - `dry_run`: what a run would do
//! - `gate`, `identity`, `deadline`, `interrupt`: what it may send, as whom, and until when
//! - `messages`: what is said beside the reports
//!
//! What holds: unwritable output is found out before the first call. From `prepare` on the lock of the
//! app registration is held until the run has ended, because two runs share one quota. The end is written
//! to the store after the reports: a run whose reports could not be written is gone on with. How a run
//! ended is one `Ending`, and everything else follows from it.

mod collect;
mod conclude;
mod deadline;
mod dry_run;
mod error;
pub(crate) mod gate;
pub(crate) mod identity;
mod input;
pub(crate) mod inputs;
pub(crate) mod interrupt;
pub(crate) mod kept;
pub(crate) mod messages;
pub(crate) mod prepare;
pub(crate) mod reporting;

pub use self::error::RunError;
pub(crate) use self::input::RunInput;
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
