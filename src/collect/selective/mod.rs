//! Decides which machines have to be requested, so that the others' answers follow from theirs.
//!
//! What a machine misses follows from the versions of its Microsoft products and from what Microsoft
//! has released. So the answer of a machine whose software is as it was can be kept (`changes`), and
//! machines with the same software miss the same (`cohorts`). There are exceptions, such as
//! half-installed updates: a sample shows how many, and the service's own count is a control total.
//!
//! ```text
//! candidates ─► due? ─► cohorts ─► leaders ─► consensus ─► sample ─► accuracy ─► control totals
//!                 │                                                                    │
//!                 └─ kept                                   kept and inferred answers ◄┘
//! ```
//!
//! - [`Selector`]: the rounds of a run: each says which machines to request next
//! - `changed`: which machines may miss something else than at their last answer
//! - `cohort`, `consensus`: machines with the same software, and what the answers of some say of the others
//! - `recheck`: the sample
//! - `population`: all machines, by cohort and by product
//! - `control`, `suspects`: the service's own count, and the machines to request because it differs
//! - `relevant`, `contents`: software and answers as numbers that can be compared
//!
//! Everything here is pure, and depends on the machines, their answers and the run's number alone: a
//! run that is resumed comes to the same decisions.

mod changed;
mod cohort;
mod consensus;
mod contents;
mod control;
mod machine;
mod population;
mod recheck;
mod relevant;
mod round;
mod selector;
mod suspects;
#[cfg(test)]
mod tests;

pub use self::{
    changed::{Due, LastAnswer, NewestKbs},
    contents::ContentId,
    control::{ControlTotals, Counts, Difference},
    machine::Candidate,
    relevant::{RelevantSoftware, SoftwareKey},
    round::{Inference, Inputs, Policy, Round, Why},
    selector::Selector,
};
