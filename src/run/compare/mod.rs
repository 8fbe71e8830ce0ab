//! Between collecting and the reports: the answers of the run compared with what the service itself says.
//!
//! - `census`: with its own count of the machines that miss a KB
//! - `cross_check`: with a second source
//! - `attempt`: what both need of the run

mod attempt;
pub(super) mod census;
pub(super) mod cross_check;
