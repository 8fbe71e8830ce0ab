//! Selects the machines to request, and infers the answers of the others.
//!
//! The missing KBs of a machine follow from the versions of its Microsoft products and from what Microsoft
//! has released. So the answer of a machine with unchanged software can be kept (`changes`), and machines
//! with the same software share an answer (`cohorts`). There are exceptions, such as half-installed updates:
//! a random sample shows how many, and the service's own count serves as a control total.
//!
//! ```text
//! candidates ─► due? ─► cohorts ─► leaders ─► consensus ─► sample ─► accuracy ─► control totals
//!                 │                                                                    │
//!                 └─ kept                                   kept and inferred answers ◄┘
//! ```
//!
//! - `selector`: [`Selector`] selects the machines to request, round by round
//! - `changed`: which machines' missing KBs may have changed since their last answer
//! - `cohort`, `consensus`: machines with the same software, and the answer inferred for them
//! - `recheck`: the sample
//! - `population`: all machines, by cohort and by product; `machine`: one of them; `round`: what comes in and goes out
//! - `control`, `suspects`: the service's own count, and the machines to request if it differs
//! - `relevant`, `contents`: software and answers as numbers that can be compared
//!
//! Nothing here does I/O. All decisions depend only on the machines, their answers and the run's number, so a
//! resumed run makes the same decisions.

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
    control::{ControlTotals, Difference, KbCounts},
    machine::Candidate,
    relevant::{RelevantSoftware, SoftwareKey},
    round::{Inference, Inputs, Policy, Round, RoundReason},
    selector::Selector,
};
