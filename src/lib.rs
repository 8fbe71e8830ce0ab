//! Fleet-wide patch-gap reports from Microsoft Defender for Endpoint.
//!
//! Data goes one way through the house:
//!
//! ```text
//! machines.csv ─► inventory ─► collect ─► store ─► aggregate ─► changes ─► report ─► kbs.csv, ...
//!                                 │
//!                    quota (every call has a permit) · defender (client, auth, clouds)
//! ```
//!
//! Imports point against it, never along: [`report`] knows what [`aggregate`] produces,
//! [`aggregate`] knows outcomes, [`collect`] knows the API's client. None of them knows the
//! command line, the terminal, or a file that is not its own. One room wires the stages
//! together, [`run`], and [`app`] has a file for each command.
//!
//! The rooms:
//!
//! - [`cli`]: what was typed, nothing more
//! - [`config`]: what was typed, environment, file and defaults, resolved into one typed
//!   configuration
//! - [`app`]: the commands, one file for each
//! - [`run`]: the life of a run: prepare, collect, conclude
//! - [`domain`]: machines, KBs, outcomes, exit codes: the words that all rooms share
//! - [`quota`]: when a call may be sent: windows, pace, pause, forecast
//! - [`inventory`]: CSV in any of its real shapes, read into machines and rejected rows
//! - [`defender`]: the only room that speaks to Microsoft: client, sign-in, clouds
//! - [`collect`]: from machines to outcomes: retries, late passes, outages, circuit breaker
//! - [`store`]: answers kept in SQLite, so that nothing is asked twice and nothing is lost
//! - [`risk`]: feeds of known exploited, likely and severe CVEs, and what they say of a KB; pure
//! - [`policy`]: accepted risks and deadlines, and what they mean for a gap
//! - [`aggregate`]: from outcomes to figures for each KB and each machine; pure
//! - [`changes`]: what became of each gap and machine since an earlier run; pure
//! - [`report`]: from figures to bytes, one file of code for each report; one place writes
//! - `tenants`: several tenants side by side, each a run
//! - [`console`]: what is written to standard output
//! - [`feeds`]: the folder with feeds: reading it, and fetching what is in it
//! - `places`: folders and object stores that reports are uploaded to
//! - `notify`: who is told at the end of a run
//! - [`progress`]: the bar and the log lines; told what happens, never asks
//! - [`simulator`]: the embedded tenant of the demonstration, the rehearsal and the tests

pub mod aggregate;
pub mod app;
pub mod changes;
pub mod cli;
pub mod collect;
pub mod config;
pub mod console;
pub mod defender;
pub mod domain;
pub mod feeds;
pub mod inventory;
mod notify;
mod places;
pub mod policy;
pub mod progress;
pub mod quota;
pub mod report;
pub mod risk;
pub mod run;
pub mod simulator;
pub mod store;
mod tenants;
