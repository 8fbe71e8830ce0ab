//! The tenant's software vulnerabilities: a row for each machine, software and CVE.
//!
//! They follow from the same fleet as the answers for single machines: grouped by machine and KB, they give
//! the same KBs, products and numbers of CVEs. In addition, they contain what the real service has: software
//! without CVEs, CVEs without a KB, other platforms, devices without a sensor.
//!
//! ```text
//! fleet ─► gaps ────────┐
//!          without_kb ──┼─► table ─┬─► form ─► rows in pages and files
//! listing ─► extra ─────┘          └─► changes, hunting
//! ```
//!
//! - `cve`: the CVEs that an update addresses, and their severity
//! - `finding`: the findings in one software of a machine
//! - `device`: the data shared by all rows of a machine
//! - `gaps`, `without_kb`, `extra`: the sources of the findings on a machine
//! - `table`: the findings on every machine
//! - `form`: how they are written
//! - `changes`: the changes of a night

mod changes;
mod cve;
mod device;
mod extra;
mod finding;
mod form;
mod gaps;
mod table;
mod without_kb;

pub(super) use changes::Changes;
pub(super) use cve::Cve;
pub(super) use finding::Findings;
pub(super) use form::Form;
pub(super) use table::{MachineRows, Vulnerabilities};
