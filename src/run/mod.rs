//! The life of a run: prepare, collect, conclude.

mod answers;
pub(crate) mod collect;
mod conclude;
pub(crate) mod data;
mod deadline;
pub(crate) mod dry_run;
mod error;
pub(crate) mod gate;
mod helpers;
pub(crate) mod history;
pub(crate) mod identity;
pub(crate) mod inputs;
pub(crate) mod interrupt;
pub(crate) mod kept_runs;
pub(crate) mod messages;
pub(crate) mod prepare;
mod sign_in;
pub(crate) mod summary;
pub(crate) mod unreadable;
mod work_queue;

pub use self::error::RunError;
