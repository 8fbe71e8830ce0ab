//! The real binary against the simulated tenant, over real sockets: one file for each
//! behaviour.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ages;
mod all_machines;
mod bad_configuration;
mod bad_input;
mod bad_store;
mod breakdown;
mod breaker;
mod budget;
mod census;
mod changes;
mod check;
mod check_list;
mod clock;
mod common;
mod coverage;
mod cross_check;
mod delta;
mod demo;
mod diff;
mod documents;
mod dry_run;
mod encodings;
mod end_of_support;
mod endless_lists;
mod exceptions;
mod export;
mod faults;
mod feeds;
mod files_to_copy;
mod for_ever;
mod forget;
mod formulas;
#[cfg(unix)]
mod full_disk;
mod fuzzed;
mod held_open;
mod help;
mod hostile;
mod house;
mod installed;
mod interruption;
mod inventory_shapes;
mod joined_lists;
mod joined_nights;
mod killed;
#[cfg(unix)]
#[cfg(feature = "parquet")]
mod lake;
mod large_replies;
mod last_seen;
mod learned_limits;
mod log_file;
mod logs;
mod lost_ids;
mod manual_facts;
mod manual_store;
mod mended;
mod metrics;
mod nights;
mod notifications;
mod ocsf;
mod offline;
mod older_store;
mod outage;
mod output;
mod own_files;
mod page;
mod partly_bad_input;
mod postponed;
mod precedence;
mod provenance;
mod quota;
mod ranking;
mod refusals;
#[cfg(unix)]
mod refused_midway;
mod rehearsal;
mod remembered_quota;
mod resume;
mod reuse;
mod risk;
mod runs_list;
mod same_bytes;
mod samples;
mod secrets;
mod selective;
mod several_threads;
mod show;
mod sign_in_outage;
mod simulate;
mod skipped;
mod software;
mod split;
#[cfg(unix)]
mod standard_output;
#[cfg(unix)]
mod started_twice;
mod step_summary;
mod strangers;
mod targets;
mod tenants;
mod time_zone;
mod title;
mod tokens;
mod two_at_once;
mod unknown_machines;
mod unmeant;
mod unreadable;
#[cfg(feature = "upload")]
mod upload;
mod whole_run;
