//! How a fleet changes in a night: machines are patched, updates are uninstalled.

use super::{catalogue::Catalogue, installed::Installed};
use crate::simulator::chance::chance;

/// A machine over several nights.
pub(super) struct Passing<'fleet> {
    pub(super) seed: u64,
    /// The machine's number.
    pub(super) number: u64,
    pub(super) catalogue: &'fleet Catalogue,
}

impl Passing<'_> {
    /// The installation after this number of nights.
    pub(super) fn after(&self, nights: u32, at_first: Installed) -> Installed {
        if !at_first.model.is_supported() {
            return at_first;
        }
        (1..=nights).fold(at_first, |installed, night| self.one(night, installed))
    }

    /// One night. Updates released in it are not installed yet.
    fn one(&self, night: u32, mut installed: Installed) -> Installed {
        let purpose = format!("night {night}");
        let mut random = chance(self.seed, &purpose, "", self.number);
        if random.u32(..100) < 6 {
            self.patch(night - 1, &mut installed, &mut random);
        }
        // An update was uninstalled.
        if random.u32(..500) == 0 {
            installed.change(self.catalogue, &mut random, |level| level.saturating_sub(1));
        }
        installed
    }

    /// Installs everything that was released; occasionally a product is left out.
    fn patch(&self, night: u32, installed: &mut Installed, random: &mut fastrand::Rng) {
        let before = *installed;
        for family in before.families(self.catalogue) {
            installed.levels[family] = self.catalogue.series[family].released(night);
        }
        if random.u32(..20) == 0
            && let Some(family) = random.choice(before.families(self.catalogue).collect::<Vec<_>>())
        {
            installed.levels[family] = before.levels[family];
        }
    }
}
