//! The ranking of updates.

use crate::domain::words::words;

words! {
    /// The order of the KBs in every report. Ties are broken by the CVEs that the KB addresses,
    /// then by the machines that miss it (both in descending order), and then by its id.
    pub enum RankBy {
        /// By the CVEs that the KB addresses.
        Cve = "cve",
        /// By exposure: the sum of those CVEs over the machines that miss it.
        Exposure = "exposure",
        /// By the number of machines that miss it.
        Machines = "machines",
    }
}
