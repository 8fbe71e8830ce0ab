//! Fleet-wide patch-gap reports from Microsoft Defender for Endpoint.
//!
//! Data goes one way through the house:
//!
//! ```text
//! machines.csv ─► inventory ─► fetch ─► aggregate ─► report ─► kbs.csv, machines.csv, ...
//!                                │
//!                     quota · retry · defender (client, credential, cloud)
//! ```

pub mod aggregate;
pub mod app;
pub mod cli;
pub mod config;
pub mod defender;
pub mod exit_code;
pub mod fetch;
pub mod inventory;
pub mod kb;
pub mod machine;
pub mod outcome;
pub mod progress;
pub mod report;
pub mod simulator;
pub mod text;
pub mod words;
