//! When a call may be sent. Every call of the program to the service, whichever API it is to,
//! goes through here.
//!
//! # What is where
//!
//! - `gate`: a [`Gate`] for one application in one tenant, with a limiter for each
//!   [`Api`](crate::domain::api::Api)
//! - `limiter`: the [`Limiter`] of one API makes its callers wait, and hands out each [`Permit`]
//! - `state`: what a limiter knows at a moment: windows, calls in flight, pause, outage; pure
//! - `window`, `pause`, `in_flight`: its parts; `pacer`: the pace, which is `governor`
//! - `forecast`: when the last call will be answered, by the same rules played forward
//! - `ledger`: the seam to the store, which keeps calls beyond the life of the process
//!
//! # How a call goes through it
//!
//! ```text
//! gate.limiter(api) ─► permit() ─► windows and pause ─► pace ─► ledger ─► Permit ─► the client sends
//!                                                                            │
//!                                    in flight until it is dropped, with the answer there
//! ```
//!
//! # What holds, and why
//!
//! - **No call without a permit.** What sends takes a `&Permit`, and nothing outside this room can
//!   make one. That goes for the first attempt and for every further one: there is no retry
//!   inside the HTTP client.
//! - **A call counts until a whole window after its answer has arrived.** The service counts a call
//!   from the moment at which it sees it. That moment is unknown here, but it lies between sending
//!   and the arrival of the answer. So the service, whose count of a call began earlier, never has
//!   more calls within its window than the limit.
//! - **The windows limit, `governor` paces.** Governor's cells let a burst through beside the steady
//!   rate (`per_hour(1500)` admits 1,524 calls in the first minute), so it cannot hold a limit
//!   exactly. It spreads the calls evenly within what the windows admit.
//! - **A refusal for quota makes all callers of that API wait**, by one deadline. Nobody backs off
//!   by himself on top of that.
//! - **Calls outlive processes** in the service's count. Where there are windows, a call is recorded
//!   before it is sent, and the next process remembers it.
//! - **All time is tokio's**, so that a schedule of hours is tested in milliseconds.
//!
//! An API with limits of its own is a word of `Api` and its [`Rules`]; nothing in here changes.

mod forecast;
mod gate;
mod in_flight;
mod ledger;
mod limiter;
mod pacer;
mod pause;
mod state;
mod window;

#[cfg(test)]
pub(crate) use self::limiter::USUAL_LATENCY;
pub use self::{
    forecast::Load,
    gate::Gate,
    ledger::{CallNumber, Ledger, StoreFailed},
    limiter::{Limiter, Permit},
    state::{Past, Waiting},
};
pub use crate::domain::limits::{InvalidLimit, Pace, RateLimit, RateLimits, Rules};

#[cfg(test)]
mod tests;
