//! The only room that speaks to Microsoft's services: the API and the sign-in.
//!
//! # What is where
//!
//! - `api`: what a source of answers sees: [`MissingKbsApi`], whose every call takes a
//!   [`Permit`](crate::quota::Permit)
//! - `session`: the API with a token, which is renewed where the service rejects it
//! - `client`: one HTTP call; how much of what arrives may be in memory at once
//! - `reply`: what a reply means: an answer, or a [`CallError`]; pure
//! - `auth/`: the sign-in
//! - `http`: the HTTP clients, and what both sides read of any reply: encoding, `Retry-After`,
//!   secrets to be masked
//! - `refusal`: what to do about a refusal of the whole run; `cloud`: where a tenant is
//!
//! # How a call goes through it
//!
//! ```text
//! session.page(address, permit) ─► token (auth) ─► client: request ─► body, within the budget
//!       ▲                                                                   │
//!       └── rejected token: renewed ◄── page or CallError ◄── reply: what it means
//! ```
//!
//! Imports go from `session` to `client` to `reply` to `http`, and from `session` to `auth` to `http`.
//!
//! # What holds, and why
//!
//! - One method call is one HTTP call. Who tries again, and when, is decided where it is called:
//!   each attempt needs a permit of its own.
//! - Only the service's own envelope speaks about a machine or about the run. Any other reply is
//!   about the way there, and the next call may reach the service.
//! - What all replies take in memory is bounded, however many calls are in flight and whatever
//!   arrives.
//! - A token goes to the API's own origin alone: no redirect is followed, and no link to elsewhere.
//! - No token, secret or signed URL is in an error or a log line.

mod api;
pub mod auth;
mod call_error;
mod client;
pub mod cloud;
#[doc(hidden)]
pub mod fuzzing;
mod http;
pub mod refusal;
mod reply;
mod session;

pub use self::{
    api::{Address, MissingKbsApi, Page},
    call_error::{CallError, Class},
    client::Client,
    http::{HttpError, HttpSettings, hint_for_failure, is_loopback},
    reply::{AnswerBody, Interner, NoAnswer},
    session::{Session, SessionError, no_token},
};
