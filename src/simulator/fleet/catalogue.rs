//! The updates of the simulated tenant: eighteen months of them.
//!
//! The catalogue is the same for every seed, as Microsoft's is for every tenant.

use std::sync::Arc;

use crate::{
    domain::{kb::KbId, release::ReleaseMonth},
    simulator::chance::chance,
};

/// Months in the catalogue; the last one is March 2026.
pub(super) const MONTHS: u32 = 18;

/// One update, with the CVEs that it addresses in each product.
#[derive(Debug)]
pub(super) struct Update {
    pub(super) id: KbId,
    pub(super) name: Arc<str>,
    pub(super) url: Arc<str>,
    /// Months before the newest update.
    pub(super) age: u32,
    /// Products by name. The update is for the first: machines without it do not need it.
    pub(super) scopes: Vec<(Arc<str>, u64)>,
}

/// A family of updates: one KB each so many months.
struct Line {
    every: u32,
    /// Products, each with the largest number of CVEs that one update addresses in it.
    products: &'static [(&'static str, u64)],
}

const LINES: [Line; 10] = [
    Line {
        every: 1,
        products: &[
            ("windows_10", 95),
            ("internet_explorer", 6),
            ("remote_desktop_client", 4),
        ],
    },
    Line {
        every: 1,
        products: &[("windows_11", 110), ("remote_desktop_client", 4)],
    },
    Line {
        every: 1,
        products: &[("windows_server_2019", 80), ("internet_explorer", 6)],
    },
    Line {
        every: 1,
        products: &[("windows_server_2022", 90), ("remote_desktop_client", 4)],
    },
    Line {
        every: 1,
        products: &[("windows_server_2025", 100), ("remote_desktop_client", 4)],
    },
    Line {
        every: 3,
        products: &[("dotnet_framework", 5), ("powershell", 2)],
    },
    Line {
        every: 2,
        products: &[("edge", 24), ("edge_webview2", 9)],
    },
    Line {
        every: 2,
        products: &[("office", 14), ("outlook", 5), ("visio", 3), ("project", 2)],
    },
    Line {
        every: 3,
        products: &[("exchange_server", 8)],
    },
    Line {
        every: 3,
        products: &[("sql_server", 38), ("sql_server_management_studio", 3)],
    },
];

/// Every update, the oldest first.
pub(super) fn catalogue() -> Vec<Update> {
    (0..MONTHS).flat_map(updates).collect()
}

/// The updates that are released after those of the catalogue.
pub(super) fn next_month() -> Vec<Update> {
    updates(MONTHS).collect()
}

fn updates(month: u32) -> impl Iterator<Item = Update> {
    let lines = (0_u32..).zip(&LINES);
    lines
        .filter(move |(_, line)| month.is_multiple_of(line.every))
        .map(move |(place, line)| update(month, place, line))
}

fn update(month: u32, place: u32, line: &Line) -> Update {
    let mut random = chance(0, "catalogue", &place.to_string(), month.into());
    let id = 5_044_000 + month * 850 + place * 80 + random.u32(..80);
    Update {
        id: KbId::new(&id.to_string()),
        name: bundle(month).into(),
        url: format!("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{id}").into(),
        age: (MONTHS - 1).saturating_sub(month),
        scopes: line
            .products
            .iter()
            .map(|&(product, most)| (product.into(), random.u64(1 + most / 3..=most)))
            .collect(),
    }
}

/// The title that all updates of a month share; month 0 is October 2024.
fn bundle(month: u32) -> String {
    let months = month + 9;
    let of_year = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    let month = ReleaseMonth::new(of_year(2024 + months / 12), of_year(months % 12 + 1));
    // The catalogue ends long before the years that have no months.
    month.map_or_else(String::new, |month| format!("{month} Security Updates"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn update_ids_are_unique_and_bundle_names_repeat() {
        let updates = catalogue();
        let ids: HashSet<_> = updates.iter().map(|update| &update.id).collect();
        let names: HashSet<_> = updates.iter().map(|update| &update.name).collect();
        assert_eq!(ids.len(), updates.len());
        assert_eq!(names.len(), MONTHS as usize);
        assert_eq!(bundle(0), "October 2024 Security Updates");
        assert_eq!(bundle(MONTHS - 1), "March 2026 Security Updates");
    }
}
