//! The tenant's software vulnerabilities: a row for each machine, software and CVE.
//!
//! They follow from the same fleet as the answers for single machines: grouped by machine and KB
//! they give the same KBs, products and numbers of CVEs. Beside these there is what the real
//! service has, too: software without CVEs, CVEs without a KB, other platforms, devices without a
//! sensor.
//!
//! ```text
//! fleet ─► gaps ────────┐
//!          besides ─────┼─► table ─┬─► form ─► rows in pages and files
//! listing ─► strangers ─┘          └─► changes, hunting
//! ```
//!
//! - `cve`: which CVEs an update addresses, and how bad they are
//! - `finding`: what is found in one software of a machine
//! - `device`: what all rows of a machine share
//! - `gaps`, `besides`, `strangers`: where the findings on a machine come from
//! - `table`: the findings on every machine
//! - `form`: how they are written
//! - `changes`: what a night changed

mod besides;
mod changes;
mod cve;
mod device;
mod finding;
mod form;
mod gaps;
mod strangers;
mod table;

pub(super) use changes::Changes;
pub(super) use cve::Cve;
pub(super) use finding::Findings;
pub(super) use form::Form;
pub(super) use table::{MachineRows, Vulnerabilities};
