//! The notification by mail.
//!
//! - `message`: the mail itself; `server`: sending it

mod message;
mod server;
#[cfg(test)]
mod tests;

pub(super) use self::{message::message, server::Server};
