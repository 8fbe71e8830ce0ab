//! Fleet-wide patch-gap reports from Microsoft Defender for Endpoint.
//!
//! Data goes one way through the house:
//!
//! ```text
//! machines.csv ─► inventory ─► fetch ─► store ─► aggregate ─► report ─► kbs.csv, machines.csv, ...
//!                                │
//!                     quota · retry · defender (client, credential, cloud)
//! ```
//!
//! Imports point against it, never along: [`report`] knows what [`aggregate`] produces,
//! [`aggregate`] knows outcomes, [`fetch`] knows the API's client. None of them knows the
//! command line, the terminal, or a file that is not its own. One room wires the stages
//! together, [`app`], and only that room knows them all.
//!
//! The rooms:
//!
//! - [`cli`]: what was typed, nothing more
//! - [`config`]: what was typed, environment, file and defaults, resolved into one typed
//!   configuration
//! - [`app`]: the wiring, one file for each command
//! - [`inventory`]: CSV in any of its real shapes, read into machines and rejected rows
//! - [`defender`]: the only room that speaks to Microsoft: client, credentials, clouds
//! - [`fetch`]: from machines to outcomes: quota, retries, late passes, outages, circuit
//!   breaker
//! - [`store`]: answers kept in SQLite, so that nothing is asked twice and nothing is lost
//! - [`aggregate`]: from outcomes to figures for each KB and each machine; pure
//! - [`changes`]: what became of each gap and machine since an earlier run; pure
//! - [`report`]: from figures to bytes, one file of code for each report; one place writes
//! - [`progress`]: the bar and the log lines; told what happens, never asks
//! - [`simulator`]: the embedded tenant of the demonstration, the rehearsal and the tests
//!
//! What they talk about:
//!
//! - [`machine`] and [`kb`]: the domain's words
//! - [`outcome`]: what became of the question about one machine
//! - [`gaps`]: what machines miss, read again where it is listed
//! - [`held`]: what is held for as long as an answer is in memory
//! - [`exit_code`]: what schedulers and scripts decide by
//! - [`words`]: enums that are words to people and to files
//! - [`text`]: figures, spans of time and chains of causes as people read them

pub mod aggregate;
pub mod app;
pub mod changes;
pub mod cli;
pub mod config;
pub mod defender;
pub mod exit_code;
pub mod fetch;
pub mod gaps;
pub mod held;
mod index;
pub mod inventory;
mod invisible;
pub mod kb;
pub mod machine;
pub mod outcome;
pub mod progress;
mod quotes;
mod repeated;
pub mod report;
pub mod simulator;
pub mod store;
mod stored_text;
pub mod text;
pub mod words;
