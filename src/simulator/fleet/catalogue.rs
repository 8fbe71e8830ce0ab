//! The updates of the simulated tenant: eighteen months of them, and another month every four weeks.
//!
//! The catalogue is the same for every seed, as Microsoft's is for every tenant.

use std::sync::Arc;

use crate::{
    domain::{kb::KbId, release::ReleaseMonth},
    simulator::chance::chance,
};

/// Months in the catalogue before the first night; the last one is March 2026.
pub(super) const MONTHS: u32 = 18;

/// The first night on which a month's updates are released.
pub(super) const PATCH_DAY: u32 = 6;
/// Nights from one release to the next.
const RELEASE_EVERY: u32 = 28;

/// The number of families of updates.
pub(super) const LINE_COUNT: usize = LINES.len();

/// The updates released up to a night, by family.
#[derive(Debug, Clone)]
pub(super) struct Catalogue {
    pub(super) series: [Series; LINE_COUNT],
}

/// The updates of one family, the oldest first. Each contains those before it.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) updates: Vec<Update>,
    /// Whether releases during the nights withdraw the update before them.
    withdraws: bool,
}

/// One update, with the CVEs that it addresses in each product.
#[derive(Debug, Clone)]
pub(super) struct Update {
    pub(super) id: KbId,
    pub(super) name: Arc<str>,
    pub(super) url: Arc<str>,
    /// Its month; see [`MONTHS`].
    pub(super) month: u32,
    /// Products by name. The update is for the first one: machines without it do not need the update.
    pub(super) scopes: Vec<(&'static str, u64)>,
}

/// A family of updates: one KB every few months.
struct Line {
    every: u32,
    withdraws: bool,
    /// Products, each with the maximum number of CVEs that one update addresses in it.
    products: &'static [(&'static str, u64)],
}

const LINES: [Line; 10] = [
    Line {
        every: 1,
        withdraws: true,
        products: &[
            ("windows_10", 95),
            ("internet_explorer", 6),
            ("remote_desktop_client", 4),
        ],
    },
    Line {
        every: 1,
        withdraws: true,
        products: &[("windows_11", 110), ("remote_desktop_client", 4)],
    },
    Line {
        every: 1,
        withdraws: true,
        products: &[("windows_server_2019", 80), ("internet_explorer", 6)],
    },
    Line {
        every: 1,
        withdraws: true,
        products: &[("windows_server_2022", 90), ("remote_desktop_client", 4)],
    },
    Line {
        every: 1,
        withdraws: false,
        products: &[("windows_server_2025", 100), ("remote_desktop_client", 4)],
    },
    Line {
        every: 3,
        withdraws: true,
        products: &[("dotnet_framework", 5), ("powershell", 2)],
    },
    Line {
        every: 2,
        withdraws: true,
        products: &[("edge", 24), ("edge_webview2", 9)],
    },
    Line {
        every: 2,
        withdraws: false,
        products: &[("office", 14), ("outlook", 5), ("visio", 3), ("project", 2)],
    },
    Line {
        every: 3,
        withdraws: false,
        products: &[("exchange_server", 8)],
    },
    Line {
        every: 3,
        withdraws: false,
        products: &[("sql_server", 38), ("sql_server_management_studio", 3)],
    },
];

impl Catalogue {
    /// Every update released up to this night.
    pub(super) fn after(nights: u32) -> Self {
        let releases = (nights + RELEASE_EVERY).saturating_sub(PATCH_DAY) / RELEASE_EVERY;
        let months = MONTHS + releases;
        let mut numbers = 0..;
        let series = LINES.each_ref().map(|line| {
            let number = numbers.next().unwrap_or_default();
            let months = (0..months).filter(|month| month.is_multiple_of(line.every));
            Series {
                updates: months.map(|month| update(month, number, line)).collect(),
                withdraws: line.withdraws,
            }
        });
        Self { series }
    }

    /// The same catalogue, except that this share of the updates addresses no CVE.
    pub(super) fn without_cves(mut self, share: f64) -> Self {
        let updates = self.series.iter_mut().flat_map(|it| &mut it.updates);
        for update in updates {
            let drawn = chance(0, "without CVEs", update.id.as_str(), 0).f64();
            if drawn < share {
                update.scopes.iter_mut().for_each(|(_, cves)| *cves = 0);
            }
        }
        self
    }

    /// Every update.
    pub(super) fn updates(&self) -> impl Iterator<Item = &Update> {
        self.series.iter().flat_map(|series| &series.updates)
    }
}

impl Series {
    /// The product that the updates are for.
    pub(super) fn head(&self) -> Option<&'static str> {
        Some(self.updates.first()?.scopes.first()?.0)
    }

    /// Whether the updates also raise the version of this product.
    pub(super) fn raises(&self, product: &str) -> bool {
        // All of them are for the same products.
        let first = self.updates.first();
        first.is_some_and(|update| update.scopes.iter().any(|&(name, _)| name == product))
    }

    /// The number of updates released on this night.
    pub(super) fn released(&self, night: u32) -> usize {
        let released = |update: &Update| update.night() <= night;
        self.updates.partition_point(released)
    }

    /// The updates that are missing on a machine with this number of installed updates.
    pub(super) fn missing(&self, installed: usize) -> impl Iterator<Item = &Update> {
        let numbered = self.updates.iter().enumerate().skip(installed);
        numbered
            .filter(|&(number, _)| !self.is_withdrawn(number))
            .map(|(_, update)| update)
    }

    /// Whether the update with this number is no longer listed.
    pub(super) fn is_withdrawn(&self, number: usize) -> bool {
        let next = self.updates.get(number + 1);
        self.withdraws && next.is_some_and(|next| next.month >= MONTHS)
    }
}

impl Update {
    /// The night of its release; 0 for updates that existed before.
    fn night(&self) -> u32 {
        match self.month.checked_sub(MONTHS) {
            Some(releases) => PATCH_DAY + releases * RELEASE_EVERY,
            None => 0,
        }
    }
}

fn update(month: u32, place: u32, line: &Line) -> Update {
    let mut random = chance(0, "catalogue", &place.to_string(), month.into());
    let id = 5_044_000 + month * 850 + place * 80 + random.u32(..80);
    Update {
        id: KbId::new(&id.to_string()),
        name: bundle(month).into(),
        url: format!("https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB{id}").into(),
        month,
        scopes: line
            .products
            .iter()
            .map(|&(product, most)| (product, random.u64(1 + most / 3..=most)))
            .collect(),
    }
}

/// The title that all updates of a month share.
fn bundle(month: u32) -> String {
    let month = calendar_month(month);
    // The catalogue ends long before the years that `ReleaseMonth` does not support.
    month.map_or_else(String::new, |month| format!("{month} Security Updates"))
}

/// A month in the calendar; month 0 is October 2024.
pub(super) fn calendar_month(month: u32) -> Option<ReleaseMonth> {
    let months = month + 9;
    let of_year = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    ReleaseMonth::new(of_year(2024 + months / 12), of_year(months % 12 + 1))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn update_ids_are_unique_and_bundle_names_repeat() {
        let catalogue = Catalogue::after(PATCH_DAY + 40 * RELEASE_EVERY);
        let ids: HashSet<_> = catalogue.updates().map(|update| &update.id).collect();
        let names: HashSet<_> = catalogue.updates().map(|update| &update.name).collect();
        assert_eq!(ids.len(), catalogue.updates().count());
        assert_eq!(names.len(), MONTHS as usize + 41);
        assert_eq!(bundle(0), "October 2024 Security Updates");
        assert_eq!(bundle(MONTHS - 1), "March 2026 Security Updates");
    }

    #[test]
    fn a_month_is_released_every_four_weeks() {
        for (nights, months) in [(0, 18), (5, 18), (6, 19), (33, 19), (34, 20)] {
            let catalogue = Catalogue::after(nights);
            let windows = &catalogue.series[0];
            assert_eq!(windows.updates.len(), months, "{nights}");
            assert_eq!(windows.released(nights), months, "{nights}");
        }
        let later = Catalogue::after(34);
        assert_eq!(
            [5, 6].map(|night| later.series[0].released(night)),
            [18, 19]
        );
    }

    #[test]
    fn a_release_withdraws_the_update_before_it() {
        let missing = |nights, installed| {
            let catalogue = Catalogue::after(nights);
            let months = catalogue.series[0].missing(installed).map(|it| it.month);
            months.collect::<Vec<_>>()
        };
        assert_eq!(missing(5, 16), [16, 17]);
        assert_eq!(missing(6, 16), [16, 18]);
        assert_eq!(missing(6, 18), [18]);
        assert!(missing(6, 19).is_empty());
    }
}
