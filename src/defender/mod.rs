//! The only module that talks to Microsoft's services: the API and the sign-in. It also downloads
//! public files, because they need the same proxies and certificates.
//!
//! # What is where
//!
//! - `api`: the interface for sources of answers, such as [`MissingKbsApi`]: every call to the API
//!   takes a [`Permit`](crate::quota::Permit)
//! - `session`: the API with a token, which is renewed if the service rejects it
//! - `client`: one HTTP call, and the memory limit for arriving replies
//! - `reply`: parses replies: an answer, or a [`CallError`] (`call_error`); pure
//! - `auth`: the sign-in
//! - `http`: the HTTP clients, and what both sides read from any reply: encoding, `Retry-After`,
//!   secrets to be masked
//! - `files`: downloads of exported files, from another server and without a token
//! - `public`: downloads of public files, such as feeds of CVEs: without a token, and not under a quota
//! - `webhook`: posts to webhooks, also without a token and not under a quota
//! - `storage`: connections to object stores, and tokens for Azure's
//! - `named_limit`: the limit that a refusal for quota names
//! - `refusal`: hints for a refusal of the whole run; `cloud`: the addresses of each cloud
//! - `fuzzing`: what the fuzz targets call
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
//! # Invariants, and why
//!
//! - One method call is one HTTP call. The caller decides about retries: each attempt needs a
//!   permit of its own.
//! - Only the service's own error envelope concerns a machine or the run. Any other reply comes
//!   from something in between, and the next call may reach the service.
//! - The memory of all replies is bounded, however many calls are in flight and whatever arrives.
//! - A token is sent only to the API's own origin: no redirects, and no links to other origins.
//! - No token, secret or signed URL is in an error or a log line.

mod api;
pub mod auth;
mod call_error;
mod client;
pub mod cloud;
mod files;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod named_limit;
mod public;
pub mod refusal;
mod reply;
mod session;
#[cfg(feature = "upload")]
mod storage;
mod webhook;

#[cfg(feature = "upload")]
pub use self::storage::{StorageConnections, StorageTokens};
pub use self::{
    api::{
        Address, BulkAddress, BulkApi, CensusAddress, CensusApi, HuntingApi, ListAddress, ListPage,
        MachineListApi, MissingKbsApi, Page,
    },
    call_error::{CallError, Class},
    files::{Chunks, Export, ExportFile, FileBody, FileError, FileProblem},
    http::{HttpError, HttpSettings, hint_for_failure, is_loopback, mask::Mask, with_hint},
    public::{Known, PublicFile, PublicFiles, PublicReply},
    reply::{AnswerBody, BulkRows, Interner, NoAnswer},
    session::{Session, SessionError, no_token},
    webhook::{NotSent, Retry, WebhookClient},
};
