//! How a fleet changes in a night: machines are patched, updates are released and withdrawn.

use std::sync::Arc;

use super::{catalogue::Update, missing::described_for, model::Model};
use crate::{domain::kb::MissingKb, simulator::chance::chance};

/// The night before which the next month's updates are released; before it there are only
/// those of the catalogue.
pub(super) const PATCH_DAY: u32 = 6;

/// What a machine's updates depend on.
pub(super) struct Patched<'fleet> {
    pub(super) seed: u64,
    pub(super) number: u64,
    pub(super) model: &'fleet Model,
    pub(super) products: &'fleet [&'static str],
    /// The updates of the catalogue.
    pub(super) updates: &'fleet [Update],
    /// Those that are released next.
    pub(super) next: &'fleet [Update],
}

impl Patched<'_> {
    /// What the machine misses some nights after it missed `at_first`.
    pub(super) fn after(&self, nights: u32, at_first: Vec<MissingKb>) -> Vec<MissingKb> {
        let first = at_first.clone();
        let missing = (1..=nights).fold(at_first, |missing, night| {
            self.after_one(night, missing, &first)
        });
        let mut missing = missing;
        missing.sort_by(|one, other| one.id.cmp(&other.id));
        missing
    }

    fn after_one(
        &self,
        night: u32,
        mut missing: Vec<MissingKb>,
        at_first: &[MissingKb],
    ) -> Vec<MissingKb> {
        let purpose = format!("night {night}");
        let mut random = chance(self.seed, &purpose, "", self.number);
        // It was patched; now and then an update fails to install.
        if random.u32(..100) < 6 {
            missing.retain(|_| random.u32(..10) == 0);
        }
        // An update was uninstalled.
        if random.u32(..200) == 0
            && let Some(back) = random.choice(at_first)
            && missing.iter().all(|gap| gap.id != back.id)
        {
            missing.push(back.clone());
        }
        if night == PATCH_DAY {
            self.patch_day(&mut missing, &mut random);
        }
        missing
    }

    /// The machine misses each new update for its products, mostly in place of its predecessor.
    fn patch_day(&self, missing: &mut Vec<MissingKb>, random: &mut fastrand::Rng) {
        for update in self.next {
            if !self.products.contains(&&*update.scopes[0].0) {
                continue;
            }
            if random.u32(..10) > 0 {
                let predecessor = self.predecessor(update);
                missing.retain(|gap| Some(&gap.id) != predecessor.map(|it| &it.id));
            }
            missing.push(described_for(self.model, self.products, update));
        }
    }

    /// The update before this one for the same product.
    fn predecessor(&self, update: &Update) -> Option<&Update> {
        let product: &Arc<str> = &update.scopes[0].0;
        self.updates
            .iter()
            .rev()
            .find(|it| it.scopes[0].0 == *product)
    }
}
