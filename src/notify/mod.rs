//! Notifications at the end of a run: by webhook, by mail, or both.
//!
//! ```text
//! content ─► text ─► json, teams, slack ─► webhook ─┐
//!             │                                     ├─► attempts, until one succeeds or time is up
//!             └────► mail: message ──────► server ──┘
//! ```
//!
//! - `content`: the content: how a run ended, and what its reports show
//! - `text`: the content as texts, which all formats for people share
//! - `size`: limits a notification to the size that receivers accept
//! - `json`, `teams`, `slack`: the bodies of webhooks; each escapes external names in its own way
//! - `mail`: the mail and its server
//! - `attempts`: retries, with limits
//! - `notifier`: decides whether to notify, and logs the result
//!
//! Invariants: a notification never changes the outcome of a run: its failure is only a warning. The address
//! of a webhook or a mail server is secret; only its host is ever shown.

mod attempts;
mod content;
mod json;
mod mail;
mod notifier;
mod size;
mod slack;
mod teams;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use self::{
    content::NotificationContent,
    notifier::{Notifier, destinations},
};
