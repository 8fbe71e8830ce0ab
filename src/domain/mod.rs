//! The types that all rooms share; this room imports from no other.
//!
//! - [`machine`], [`kb`]: machine ids, KBs, and the KBs that a machine misses
//! - [`api`], [`limits`]: the APIs, and how many calls each allows
//! - [`accuracy`], [`call_selection`]: how a run without a call for every machine went
//! - [`bulk`]: datasets that cover all machines
//! - [`answer`]: the missing KBs of a machine, with their source and time
//! - [`census`]: the service's own count of machines that miss a KB
//! - [`cross_check`]: the comparison with a second source
//! - [`outcome`]: the result of the request for one machine: an answer or a failure
//! - [`requests`]: how many calls were sent
//! - [`listed_machine`], [`skip_reason`]: a machine on the service's list, and why it is not requested
//! - [`since`]: since when a machine has been missing each KB
//! - [`software`]: the versions of Microsoft products on each machine
//! - [`cve`], [`vulnerabilities`]: CVEs, and those of all machines as the service exports them
//! - [`ending`]: how a run ended, and what follows from that
//! - [`gaps`]: the missing KBs of all machines, read from the store each time they are listed
//! - [`keep_alive`]: a resource that lives as long as an answer is in memory
//! - [`exit_code`]: the exit codes
//! - [`release`]: the month in which an update was released
//! - [`words`]: enums whose variants are words in flags, keys and reports
//! - [`text`], [`wrap`]: numbers, durations and error chains as text; lines of a width
//! - `invisible`, `quotes`, `stored_text`: what surrounds a text from outside, and how it is encoded
//! - `csv_guard`: keeps spreadsheets from running a text
//! - `distinct`, `index`, `repeat_cache`: values that are kept once, found by id, or parsed once

pub mod accuracy;
pub mod answer;
pub mod api;
pub mod bulk;
pub mod call_selection;
pub mod census;
pub mod cross_check;
pub(crate) mod csv_guard;
pub mod cve;
pub(crate) mod distinct;
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
pub mod release;
pub(crate) mod repeat_cache;
pub mod requests;
pub mod since;
pub mod skip_reason;
pub mod software;
pub(crate) mod stored_text;
pub mod text;
pub mod vulnerabilities;
pub mod words;
pub mod wrap;
