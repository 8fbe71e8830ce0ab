//! The real binary against the simulated tenant, over real sockets: one file for each
//! behaviour.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod common;
mod documents;
mod readme_facts;
mod rehearsal;
mod samples;
mod whole_run;
