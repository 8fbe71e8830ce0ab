//! What puts one update before another.

use crate::domain::words::words;

words! {
    /// The order of the KBs, everywhere; ties go on to the CVEs that the KB addresses, the
    /// machines that miss it (more first for both), and then to its id.
    pub enum RankBy {
        /// By the CVEs that the KB addresses.
        Cve = "cve",
        /// By exposure: the sum of those CVEs over the machines that miss it.
        Exposure = "exposure",
        /// By the number of machines that miss it.
        Machines = "machines",
    }
}
