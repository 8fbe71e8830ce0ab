//! What a night does to a fleet: machines are patched, updates come out and come back.

use std::sync::Arc;

use super::{catalogue::Update, missing::seen_from, model::Model};
use crate::{domain::kb::MissingKb, simulator::chance::chance};

/// The night before which the next month's updates come out; earlier ones see those of the
/// catalogue alone.
pub(super) const PATCH_DAY: u32 = 6;

/// One machine, as far as its updates depend on it.
pub(super) struct Patched<'fleet> {
    pub(super) seed: u64,
    pub(super) number: u64,
    pub(super) model: &'fleet Model,
    pub(super) products: &'fleet [&'static str],
    /// The updates of the catalogue.
    pub(super) updates: &'fleet [Update],
    /// Those that come out next.
    pub(super) next: &'fleet [Update],
}

impl Patched<'_> {
    /// What the machine misses so many nights after it missed `at_first`.
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
        // Somebody looked after it; now and then an update does not install.
        if random.u32(..100) < 6 {
            missing.retain(|_| random.u32(..10) == 0);
        }
        // An update was taken back.
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

    /// Each update for one of its products comes to miss, and most take their forerunner's place.
    fn patch_day(&self, missing: &mut Vec<MissingKb>, random: &mut fastrand::Rng) {
        for update in self.next {
            if !self.products.contains(&&*update.scopes[0].0) {
                continue;
            }
            if random.u32(..10) > 0 {
                let forerunner = self.forerunner(update);
                missing.retain(|gap| Some(&gap.id) != forerunner.map(|it| &it.id));
            }
            missing.push(seen_from(self.model, self.products, update));
        }
    }

    /// The update before this one for the same product.
    fn forerunner(&self, update: &Update) -> Option<&Update> {
        let product: &Arc<str> = &update.scopes[0].0;
        self.updates
            .iter()
            .rev()
            .find(|it| it.scopes[0].0 == *product)
    }
}
