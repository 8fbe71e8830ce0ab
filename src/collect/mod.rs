//! Collects an outcome for each machine of a list.
//!
//! - [`per_machine`]: one request for each machine
//! - [`list`]: the machine list from the service, before a run
//! - [`census`]: the service's own count of machines that miss a KB
//! - [`software`]: the software inventory, before a run
//! - [`export`]: the answers for all machines, from the export of software vulnerabilities
//! - [`hunting`]: the same by hunting queries through Graph
//! - [`delta`]: the machines that the service names as changed
//! - [`bulk`]: datasets that cover all machines, from files or pages
//! - [`selective`]: selects the machines to request, and infers the answers of the others
//! - `retrying`: sequential calls with retries, for the list, the census and the software
//! - `learned`: the warning that the service allows fewer calls than was assumed
//! - `progress`: the progress of a source, in the same terms for all sources
//!
//! A source receives a list and a quota, and emits each outcome as soon as it is final. It does not know
//! where outcomes are stored or how progress is shown.

pub mod bulk;
pub mod census;
pub mod delta;
pub mod export;
pub mod hunting;
mod learned;
pub mod list;
pub mod per_machine;
mod progress;
mod retrying;
pub mod selective;
pub mod software;

pub(crate) use self::learned::warn_of_narrowed;
pub use self::progress::{Counts, Progress};
