//! The tenant's machine list: the fleet, and extra machines that are never requested.
//!
//! Records are generated when they are needed: from the seed, the time the tenant started, and the fleet. The
//! list itself is only an order of [`Entry`] values. How a client should treat a record is in
//! [`ListedMachine::skipped_because`]: the records without a reason are exactly the fleet.

mod extra;
mod member;
mod odd;
mod record;

use std::sync::OnceLock;

use jiff::Timestamp;

use super::{
    chance::chance,
    faults::{ListFaults, ListOddForm},
    fleet::{Fleet, SITES},
};

pub use record::{DeviceGroup, ListedMachine};

/// The number of machines of the fleet per extra machine.
const MACHINES_PER_EXTRA: usize = 8;

/// The number of positions by which a small move shifts the list.
const SMALL_MOVE: usize = 7;

/// The machine list.
#[derive(Debug)]
pub(super) struct Listing {
    seed: u64,
    /// When the tenant started: the reference time for all records.
    started: Timestamp,
    faults: ListFaults,
    entries: OnceLock<Vec<Entry>>,
}

/// A position in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A machine of the fleet, by its index there.
    Member(u32),
    /// An extra machine, by its number.
    Extra(u32),
    /// A machine of the fleet, listed again.
    Twice(u32),
    /// A record whose id is not valid.
    BadId(u32),
}

impl Listing {
    pub(super) fn new(seed: u64, started: Timestamp, faults: ListFaults) -> Self {
        Self {
            seed,
            started,
            faults,
            entries: OnceLock::new(),
        }
    }

    /// Every entry, in the order after this number of moves: the service promises no order. Every other move
    /// is a small one, as when machines leave.
    pub(super) fn entries(&self, fleet: &Fleet, moves: u32) -> Vec<Entry> {
        let mut entries = self.at_first(fleet).to_vec();
        if moves >= 2 {
            self.shuffle(&mut entries, moves / 2);
        }
        if !moves.is_multiple_of(2) && entries.len() > SMALL_MOVE {
            entries.rotate_left(SMALL_MOVE);
        }
        entries
    }

    /// The entries before the list first moves.
    pub(super) fn at_first(&self, fleet: &Fleet) -> &[Entry] {
        self.entries.get_or_init(|| {
            let members = number_of(fleet.machines().len());
            let extras = number_of(fleet.machines().len().div_ceil(MACHINES_PER_EXTRA));
            let mut entries: Vec<Entry> = (0..members)
                .map(Entry::Member)
                .chain((0..extras).map(Entry::Extra))
                .collect();
            if self.faults.has(ListOddForm::Twice) {
                entries.extend((0..members).step_by(20).map(Entry::Twice));
            }
            if self.faults.has(ListOddForm::BadIds) {
                entries.extend((0..odd::BAD_ID_COUNT.min(members)).map(Entry::BadId));
            }
            self.shuffle(&mut entries, 0);
            entries
        })
    }

    fn shuffle(&self, entries: &mut [Entry], number: u32) {
        chance(self.seed, "list order", "", number.into()).shuffle(entries);
    }

    /// The record at an entry.
    pub(super) fn record(&self, fleet: &Fleet, entry: Entry) -> ListedMachine {
        let machines = fleet.machines();
        let member = |number: u32| &machines[number as usize % machines.len()];
        let (number, mut record) = match entry {
            Entry::Extra(number) => {
                let twin = member(number.wrapping_mul(7));
                (number, self.extra(number, twin))
            }
            Entry::Member(number) | Entry::Twice(number) | Entry::BadId(number) => {
                (number, self.member(member(number)))
            }
        };
        self.make_odd(&mut record, number);
        if let Entry::BadId(number) = entry {
            record.bad_id = Some(odd::bad_id(number));
        }
        record
    }
}

/// A fleet always fits in a `u32`.
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
