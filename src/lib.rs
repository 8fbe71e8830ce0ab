//! Fleet-wide patch-gap reports from Microsoft Defender for Endpoint.
//!
//! Data flows one way:
//!
//! ```text
//! machines.csv ─► inventory ─► collect ─► store ─► aggregate ─► changes ─► report ─► kbs.csv, ...
//!                                 │                    │
//!                             defender            risk, policy
//!                                 │
//!                   quota: a permit for every call
//! ```
//!
//! The rooms (top-level modules), in order: each imports only from those above it, which a test
//! checks (`tests/it/house/`). [`run`] connects the stages, `tenants` starts a run for each of
//! several tenants, and [`app`] has the commands.
//!
//! - [`domain`]: machines, KBs, answers, outcomes, exit codes: the types that all rooms share
//! - [`simulator`]: the simulated tenant of `demo`, `simulate` and the tests
//! - [`quota`]: the gate: decides when a call may be sent
//! - [`defender`]: the only room that talks to Microsoft: client, replies, session, sign-in, clouds
//! - [`inventory`]: the list of machines, read from CSV in any of its real shapes
//! - [`collect`]: from machines to outcomes: a call for each machine, an export or hunting queries
//! - [`progress`]: the progress bar and the log lines in its place
//! - [`store`]: answers, runs and calls in SQLite, so that nothing is requested twice or lost
//! - [`risk`]: parses the feeds (KEV, EPSS, MSRC) and rates KBs by them; pure
//! - [`policy`]: accepted risks and deadlines, and their effect on a gap
//! - [`aggregate`]: from outcomes to figures for each KB and each machine; pure
//! - [`changes`]: what happened to each gap and machine since an earlier run; pure
//! - [`report`]: from figures to files: a renderer for each format, one place that writes
//! - [`config`]: flags, environment, file and defaults, resolved into one typed configuration
//! - [`cli`]: the command line, as typed
//! - [`console`]: standard output
//! - [`feeds`]: the folder with feeds: reading it, and fetching files into it
//! - `places`: folders and object stores that reports are uploaded to
//! - `notify`: notifications at the end of a run
//! - [`run`]: the life of a run: prepare, collect, conclude
//! - `tenants`: runs for several tenants side by side
//! - [`app`]: the commands

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
