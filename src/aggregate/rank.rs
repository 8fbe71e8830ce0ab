//! The ranking of updates.

use crate::{domain::words::words, risk::Feeds};

words! {
    /// An order of the KBs. By default, reports for people are sorted by risk if there are feeds, otherwise
    /// by exposure; CSV and JSON by CVEs. Ties are broken by the CVEs that the KB addresses, then by the
    /// machines that miss it (both in descending order), and then by its id.
    pub enum RankBy {
        /// By the CVEs that the KB addresses.
        Cve = "cve",
        /// By exposure: the sum of those CVEs over the machines that miss it.
        Exposure = "exposure",
        /// By the number of machines that miss it.
        Machines = "machines",
        /// By its known exploited CVEs, those used by ransomware, the highest EPSS and CVSS, and then by
        /// exposure. Needs a feed.
        Risk = "risk",
    }
}

impl RankBy {
    /// The order for page, workbook, terminal and Markdown: the chosen one, or that of the plan, which is by
    /// risk if there are feeds.
    pub fn for_people(chosen: Option<Self>, feeds: &Feeds) -> Self {
        let of_plan = if feeds.is_empty() {
            Self::Exposure
        } else {
            Self::Risk
        };
        chosen.unwrap_or(of_plan)
    }

    /// The order for CSV, JSON and Parquet: the chosen one, or by CVEs.
    pub fn for_data(chosen: Option<Self>) -> Self {
        chosen.unwrap_or(Self::Cve)
    }
}
