//! Who is told at the end of a run: a webhook, by mail, or both.
//!
//! ```text
//! news ─► story ─► json, teams, slack ─► webhook ─┐
//!           │                                     ├─► attempts, until one succeeds or time is up
//!           └────► mail: message ──────► server ──┘
//! ```
//!
//! - `news`: what there is to tell: how a run ended, and what its reports say
//! - `story`: the same in the words and lines that every format for people has
//! - `size`: no notification is larger than what receivers take, whatever the names in it
//! - `json`, `teams`, `slack`: the bodies of webhooks; each makes names from outside inert in its own way
//! - `mail`: the mail, and how it is sent
//! - `attempts`: retries, within bounds
//! - `notifier`: whether anybody is told, and what becomes of it
//!
//! Invariants: nothing here changes how a run ends: a failure is a warning. The address of a webhook or a mail
//! server is a secret, of which only the host is ever shown.

mod attempts;
mod json;
mod mail;
mod news;
mod notifier;
mod size;
mod slack;
mod story;
mod teams;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    news::News,
    notifier::{Notifier, who_is_told},
};
