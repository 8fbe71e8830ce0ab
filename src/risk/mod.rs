//! The risk of a missing KB: which of its CVEs are exploited, how likely the others are to be, how severe
//! they are, and which updates replace which. Does no I/O except reading the given input.
//!
//! ```text
//! known_exploited_vulnerabilities.json, .csv ─► kev ──┐
//! epss_scores-current.csv, .csv.gz ───────────► epss ─┼─► Feeds ─► KbRisk of each KB
//! 2026-Nov.json, ... ─────────────────────────► msrc ─┘
//! ```
//!
//! - [`kev`]: CISA's catalogue of known exploited vulnerabilities
//! - [`epss`]: how likely each CVE is to be exploited within 30 days
//! - [`msrc`]: Microsoft's security updates, a file for each month
//! - [`supersedence`]: which updates replace which
//! - [`feeds`]: the three together, and the CVEs of a gap
//! - [`kb_risk`]: the risk of a KB
//! - [`gap_risk`]: the risk of a gap
//! - [`stored`]: the three feeds as stored in a cache
//! - [`error`], `text`, `json`, `table`, `date`, `cve`: parsing external files, with limits
//!
//! A feed is an external file. Any problem in it is an error that names the line; no input uses more memory
//! than the limits allow.

mod cve;
mod date;
pub mod epss;
pub mod error;
pub mod feeds;
pub mod gap_risk;
mod json;
pub mod kb_risk;
pub mod kev;
pub mod msrc;
pub mod stored;
pub mod supersedence;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod text;

pub use epss::{Epss, Probability};
pub use error::FeedProblem;
pub use feeds::{FeedInfo, Feeds};
pub use gap_risk::{GapRisk, GapRisks};
pub use kb_risk::KbRisk;
pub use kev::Kev;
pub use msrc::{Msrc, MsrcReader, MsrcSeverity, Restart};
pub use supersedence::Supersedence;
