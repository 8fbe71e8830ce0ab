//! The data that all feeds share: which updates address which CVEs, and how severe these are.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{
    domain::release::ReleaseMonth,
    simulator::{
        fleet::{Fleet, Release},
        tenant::Tenant,
        vulnerabilities::Cve,
    },
};

/// The data published up to a day.
pub(super) struct Facts<'tenant> {
    pub(super) fleet: &'tenant Fleet,
    /// The day on which the feeds were made.
    pub(super) today: Date,
}

impl<'tenant> Facts<'tenant> {
    pub(super) fn of(tenant: &'tenant Tenant) -> Self {
        Self {
            fleet: &tenant.fleet,
            today: tenant.started(),
        }
    }

    /// The updates that are published, with their months.
    pub(super) fn releases(&self) -> impl Iterator<Item = (ReleaseMonth, Release<'tenant>)> {
        let fleet = self.fleet;
        let dated = fleet
            .releases()
            .filter_map(|it| Some((it.calendar_month()?, it)));
        dated.filter(|(month, _)| month.patch_tuesday() <= self.today)
    }

    /// The months of the updates, and those since then: MSRC publishes a document every month, even if no
    /// update in it is for this tenant.
    pub(super) fn months(&self) -> impl Iterator<Item = ReleaseMonth> {
        let last = ReleaseMonth::of(self.today);
        let first = self.releases().map(|(month, _)| month).min();
        let months = first.zip(last).into_iter();
        let months = months.flat_map(|(first, last)| first.through(last));
        months.filter(|month| month.patch_tuesday() <= self.today)
    }

    /// Every CVE that an update addresses, with the month in which it was published.
    pub(super) fn cves(&self) -> BTreeMap<Cve, ReleaseMonth> {
        let releases = self.releases();
        let cves = releases.flat_map(|(month, release)| {
            let scopes = release.scopes.iter();
            let cves = scopes
                .flat_map(move |&(product, cves)| Cve::of_month(release.month, product, cves));
            cves.map(move |cve| (cve, month))
        });
        cves.collect()
    }
}
