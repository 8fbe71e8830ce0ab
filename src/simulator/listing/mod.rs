//! The tenant's machine list: the fleet, and strangers beside it that no report asks about.
//!
//! Records are made when they are needed: from the seed, the time the tenant started, and the
//! fleet. The list itself is only an order of [`Entry`] values. What a client should make of a
//! record is in [`ListedMachine::skipped_because`]: the records without a reason are exactly the
//! fleet.

mod member;
mod record;
mod stranger;

use std::sync::OnceLock;

use jiff::Timestamp;

use super::{
    chance::chance,
    fleet::{Fleet, SITES},
};

pub use record::{DeviceGroup, ListedMachine, SkipReason};

/// One stranger for so many machines of the fleet.
const MACHINES_PER_STRANGER: usize = 8;

/// The machine list.
#[derive(Debug)]
pub(super) struct Listing {
    seed: u64,
    /// When the tenant started: what the times of all records count from.
    started: Timestamp,
    entries: OnceLock<Vec<Entry>>,
}

/// One place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A machine of the fleet, by its number there.
    Member(u32),
    /// A stranger, by its number.
    Stranger(u32),
}

impl Listing {
    pub(super) fn new(seed: u64, started: Timestamp) -> Self {
        Self {
            seed,
            started,
            entries: OnceLock::new(),
        }
    }

    /// Every entry, shuffled: the service promises no order.
    pub(super) fn entries(&self, fleet: &Fleet) -> &[Entry] {
        self.entries.get_or_init(|| {
            let members = number_of(fleet.machines().len());
            let strangers = number_of(fleet.machines().len().div_ceil(MACHINES_PER_STRANGER));
            let mut entries: Vec<Entry> = (0..members)
                .map(Entry::Member)
                .chain((0..strangers).map(Entry::Stranger))
                .collect();
            chance(self.seed, "list order", "", 0).shuffle(&mut entries);
            entries
        })
    }

    /// The record at an entry.
    pub(super) fn record(&self, fleet: &Fleet, entry: Entry) -> ListedMachine {
        let machines = fleet.machines();
        match entry {
            Entry::Member(number) => self.member(&machines[number as usize]),
            Entry::Stranger(number) => {
                let twin = &machines[number as usize * 7 % machines.len()];
                self.stranger(number, twin)
            }
        }
    }
}

/// Fleets are far smaller than what does not fit.
fn number_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The device group of a site.
fn group_of(site: &str) -> DeviceGroup {
    let number = (101..).zip(SITES).find(|&(_, other)| other == site);
    DeviceGroup {
        id: number.map_or(0, |(id, _)| id),
        name: site.to_owned(),
    }
}
