//! The real binary against the simulated tenant, over real sockets: one file for each
//! behaviour.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_configuration;
mod bad_input;
mod bad_store;
mod breaker;
mod check;
mod common;
mod coverage;
mod demo;
mod documents;
mod dry_run;
mod faults;
mod for_ever;
mod fuzzed;
mod help;
mod hostile;
#[cfg(unix)]
mod interruption;
mod inventory_shapes;
mod logs;
#[cfg(unix)]
mod outage;
mod output;
mod partly_bad_input;
mod precedence;
mod quota;
mod ranking;
mod readme_facts;
mod readme_store;
mod refusals;
mod rehearsal;
mod same_bytes;
mod samples;
mod secrets;
mod simulate;
mod tokens;
mod unknown_machines;
mod whole_run;
