//! The only room that speaks to Microsoft's services: the API and the sign-in.

mod api;
mod arrival;
pub mod auth;
mod body;
mod budget;
mod client;
pub mod cloud;
mod distinct;
mod encoding;
mod error;
mod foreign;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod loose;
mod mask;
pub mod refusal;
mod reply;
mod retry_after;
mod session;
mod trust;
mod vocabulary;
mod wire;

pub use self::{
    api::MissingKbsApi,
    client::{Address, Client, Page},
    error::{CallError, Class},
    http::{HttpError, HttpSettings, hint_for_failure, is_loopback},
    session::{Session, SessionError, no_token},
    vocabulary::Vocabulary,
    wire::{AnswerBody, NoAnswer},
};
