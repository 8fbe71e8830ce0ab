//! Decides when a call may be sent. Every call of the program to the service, to any API, goes
//! through here.
//!
//! # What is where
//!
//! - `gate`: a [`Gate`] for one application in one tenant, with a limiter for each
//!   [`Api`](crate::domain::api::Api)
//! - `limiter`: the [`Limiter`] of one API delays its callers and hands out a [`Permit`] per call
//! - `state`: the current state of a limiter: windows, calls in flight, pause, outage; does no I/O
//! - `window`, `pause`, `in_flight`, `streak`: the parts of that state; `pacer`: the pace, based on
//!   `governor`
//! - `refusal`: a refusal for quota, and what follows from it
//! - `forecast`: when the last call will be answered, by simulating the same rules
//! - `ledger`: the interface to the store, which keeps calls beyond the life of the process
//!
//! # How a call goes through it
//!
//! ```text
//! gate.limiter(api) ─► permit() ─► windows and pause ─► pace ─► ledger ─► Permit ─► the client sends
//!                                                                            │
//!                                    in flight until it is dropped, with the answer there
//! ```
//!
//! # Invariants, and why
//!
//! - **No call without a permit.** Every function that sends a call to an API takes a `&Permit`, and nothing
//!   outside this module can make one. That applies to the first attempt and to every retry: there is no retry
//!   inside the HTTP client.
//! - **A call counts until a whole window after its answer has arrived.** The service counts a call
//!   from the moment it receives it. That moment is unknown here, but it lies between sending and
//!   the arrival of the answer. So the service, whose count of a call began earlier, never has more
//!   calls within its window than the limit.
//! - **The windows limit, `governor` paces.** Governor's cells allow a burst in addition to the
//!   steady rate (`per_hour(1500)` admits 1,524 calls in the first minute), so it cannot enforce an
//!   exact limit. It spreads the calls evenly within what the windows admit.
//! - **A refusal for quota pauses all callers of that API** until one shared deadline. No caller
//!   adds its own back-off.
//! - **The service knows its limits best.** If it refuses calls that our windows allow, and names the limit
//!   or refuses several calls in a row, the windows are narrowed immediately, and the next processes use these
//!   limits for as long as [`LEARNED_FOR`]. They are never widened, and where there are none, none is added.
//! - **Calls outlive processes** in the service's count. If there are windows, a call is recorded
//!   before it is sent, and the next process counts it.
//! - **All time is tokio's**, so that a schedule of hours can be tested in milliseconds.
//!
//! To add an API with its own limits, add a word to `Api` and its [`Rules`]; nothing changes here.

mod forecast;
mod gate;
mod in_flight;
mod ledger;
mod limiter;
mod pacer;
mod pause;
mod refusal;
mod state;
mod streak;
mod window;

pub(crate) use self::limiter::ASSUMED_LATENCY;
pub use self::{
    forecast::Load,
    gate::Gate,
    ledger::{CallNumber, Ledger, StoreFailed},
    limiter::{LatencyRange, Limiter, Permit},
    refusal::{LEARNED_FOR, Refusal, Throttled},
    state::{EarlierUsage, WaitReason},
};
pub use crate::domain::limits::{InvalidLimit, Pace, RateLimit, RateLimits, Rules};

#[cfg(test)]
mod tests;
