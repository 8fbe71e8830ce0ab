//! The words of the field, tied to nothing: machines, KBs, answers, and what became of each.
//!
//! - [`machine`], [`kb`]: what the service knows of
//! - [`api`], [`limits`]: the APIs that are called, and how often each may be
//! - [`answer`]: what a machine misses, its source and its time
//! - [`census`]: the service's own count of machines that miss a KB
//! - [`outcome`]: what became of the request for one machine
//! - [`listed_machine`], [`skip_reason`]: a machine as the service lists it, and why a machine on the list is not requested
//! - [`ending`]: how a run ended, and what follows from that
//! - [`gaps`]: what machines miss, read again where it is listed
//! - [`keep_alive`]: a resource that lives as long as an answer is in memory
//! - [`exit_code`]: what schedulers and scripts decide by
//! - [`words`]: enums that are words to people and to files
//! - [`text`]: figures, spans of time and chains of causes as people read them

pub mod answer;
pub mod api;
pub mod census;
pub(crate) mod csv_guard;
pub mod ending;
pub mod exit_code;
pub mod gaps;
pub(crate) mod index;
pub(crate) mod invisible;
pub mod kb;
pub mod keep_alive;
pub mod limits;
pub mod listed_machine;
pub mod machine;
pub mod outcome;
pub(crate) mod quotes;
pub(crate) mod repeat_cache;
pub mod skip_reason;
pub(crate) mod stored_text;
pub mod text;
pub mod words;
