//! The fleet as it was on the nights before.

use std::sync::OnceLock;

use super::{fleet::Fleet, settings::Settings};

/// How many earlier nights can be looked at: enough for the oldest changes and the oldest export.
pub(super) const MOST_NIGHTS: u32 = 16;

/// The fleets of the latest nights, each made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct EarlierNights([OnceLock<Fleet>; MOST_NIGHTS as usize]);

impl EarlierNights {
    /// The fleet after so many nights; `None` where that was too long ago.
    pub(super) fn fleet(&self, settings: &Settings, nights: u32) -> Option<&Fleet> {
        let ago = settings.nights.checked_sub(nights)?.checked_sub(1)?;
        let place = self.0.get(usize::try_from(ago).ok()?)?;
        Some(place.get_or_init(|| fleet(settings, nights)))
    }
}

/// The fleet after so many nights.
pub(super) fn fleet(settings: &Settings, nights: u32) -> Fleet {
    let exceptions = settings.faults.exceptions;
    Fleet::with_exceptions(nights, settings.seed, settings.machines, exceptions)
}
