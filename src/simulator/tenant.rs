//! The tenant behind the API and the sign-in: its identity, clock, fleet and tokens.

use std::{sync::OnceLock, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use tokio::time::Instant;

use crate::domain::{kb::MissingKb, machine::MachineId};

use super::{
    chance::{chance, hex, uuid},
    faults::{SoftwareOddity, TenantFault, as_described, odd_forms},
    fleet::{Fleet, Product, SimulatedMachine},
    listing::{Entry, ListedMachine, Listing},
    settings::Settings,
    software::Inventory,
    tokens::{Audience, EXPORT_ROLE, HUNTING_ROLE, LIST_ROLE, SOFTWARE_ROLE, Tokens},
    vulnerabilities::{Changes, Vulnerabilities},
};

/// How many earlier nights can be looked at: enough for the oldest changes and the oldest export.
pub(super) const MAX_NIGHTS: u32 = 16;

/// Seconds between two refreshes of the vulnerabilities.
const REFRESH_SECONDS: i64 = 6 * 60 * 60;

/// The state shared by sign-in and API.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) settings: Settings,
    pub(super) id: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) fleet: Fleet,
    /// The fleets of the nights before, the latest first, each made when it is first needed.
    earlier: [OnceLock<Fleet>; MAX_NIGHTS as usize],
    listing: Listing,
    software: OnceLock<Vec<Product>>,
    pub(super) tokens: Tokens,
    clock: Clock,
}

/// Wall time that starts at a given time and advances with tokio's clock.
#[derive(Debug)]
struct Clock {
    wall: Timestamp,
    at: Instant,
}

impl Tenant {
    pub(super) fn new(settings: Settings, now: Timestamp) -> Self {
        let mut random = chance(settings.seed, "tenant", "", 0);
        Self {
            id: uuid(&mut random),
            client_id: uuid(&mut random),
            client_secret: format!("sim8Q~{}", hex(&mut random, 17)),
            fleet: fleet(&settings, settings.nights),
            earlier: Default::default(),
            listing: Listing::new(settings.seed, now, settings.faults.list.clone()),
            software: OnceLock::new(),
            tokens: Tokens::new(settings.token_lifetime),
            clock: Clock {
                wall: now,
                at: Instant::now(),
            },
            settings,
        }
    }

    /// The wall time, in whole seconds.
    pub(super) fn now(&self) -> Timestamp {
        let second = self.clock.wall.as_second();
        let elapsed = i64::try_from(self.clock.at.elapsed().as_secs()).unwrap_or_default();
        Timestamp::from_second(second.saturating_add(elapsed)).unwrap_or(self.clock.wall)
    }

    pub(super) fn has_fault(&self, fault: TenantFault) -> bool {
        self.settings.faults.tenant == Some(fault)
    }

    /// The roles in tokens for a service.
    pub(super) fn roles_for(&self, audience: Audience) -> Vec<&'static str> {
        let missing = match self.settings.faults.tenant {
            Some(TenantFault::MissingRole) => SOFTWARE_ROLE,
            Some(TenantFault::MissingListRole) => LIST_ROLE,
            Some(TenantFault::MissingExportRole) => EXPORT_ROLE,
            Some(TenantFault::MissingHuntingRole) => HUNTING_ROLE,
            _ => return audience.roles().to_vec(),
        };
        let roles = audience.roles().iter().copied();
        roles.filter(|role| *role != missing).collect()
    }

    /// The machine, unless it is gone.
    pub(super) fn find(&self, machine: MachineId) -> Option<&SimulatedMachine> {
        let gone = self.settings.faults.is_gone(self.settings.seed, machine);
        self.fleet.get(machine).filter(|_| !gone)
    }

    /// The machine list, in its order after this number of moves.
    pub(super) fn entries(&self, moves: u32) -> Vec<Entry> {
        self.listing.entries(&self.fleet, moves)
    }

    /// The record of the machine list at this entry.
    pub(super) fn listed(&self, entry: Entry) -> ListedMachine {
        self.listing.record(&self.fleet, entry)
    }

    /// The day on which the tenant started.
    pub(super) fn started(&self) -> Date {
        Offset::UTC.to_datetime(self.clock.wall).date()
    }

    /// Every entry of the machine list, in its order before it first moves.
    pub(super) fn all_entries(&self) -> &[Entry] {
        self.listing.at_first(&self.fleet)
    }

    /// The installed software.
    pub(super) fn inventory(&self) -> Inventory<'_> {
        let nights = self.settings.nights;
        self.inventory_after(nights, &self.fleet)
    }

    /// The installed software when the export was made.
    pub(super) fn exported_software(&self) -> Inventory<'_> {
        let is_old = self.settings.faults.software.has(SoftwareOddity::OldExport);
        let (nights, fleet) = self.nights_ago(u32::from(is_old));
        self.inventory_after(nights, fleet)
    }

    fn inventory_after<'a>(&'a self, nights: u32, fleet: &'a Fleet) -> Inventory<'a> {
        Inventory {
            seed: self.settings.seed,
            nights,
            fleet,
            listing: &self.listing,
            started: self.started(),
            faults: &self.settings.faults.software,
        }
    }

    /// The vulnerabilities when their export was made.
    pub(super) fn exported_vulnerabilities(&self) -> Vulnerabilities<'_> {
        self.vulnerabilities(self.settings.faults.export.stale_hours / 24)
    }

    /// The vulnerabilities this number of nights ago.
    pub(super) fn vulnerabilities(&self, nights_ago: u32) -> Vulnerabilities<'_> {
        let (nights, fleet) = self.nights_ago(nights_ago);
        Vulnerabilities {
            seed: self.settings.seed,
            nights,
            fleet,
            listing: &self.listing,
            faults: &self.settings.faults,
        }
    }

    /// The changes of the night that ended this number of nights ago.
    pub(super) fn changes(&self, nights_ago: u32) -> Changes<'_> {
        let days = SignedDuration::from_hours(24 * i64::from(nights_ago));
        let refreshed = self.refreshed();
        Changes {
            before: self.vulnerabilities(nights_ago + 1),
            after: self.vulnerabilities(nights_ago),
            ended: refreshed.saturating_sub(days).unwrap_or(refreshed),
        }
    }

    /// The fleet this number of nights ago, or the oldest available one.
    fn nights_ago(&self, ago: u32) -> (u32, &Fleet) {
        let settings = &self.settings;
        let ago = ago.min(settings.nights);
        let place = ago.checked_sub(1).map(|place| place as usize);
        match place.and_then(|place| self.earlier.get(place)) {
            Some(earlier) => {
                let nights = settings.nights - ago;
                (nights, earlier.get_or_init(|| fleet(settings, nights)))
            }
            None => (settings.nights, &self.fleet),
        }
    }

    /// When the service last refreshed the vulnerabilities: every six hours.
    pub(super) fn refreshed(&self) -> Timestamp {
        let second = self.now().as_second();
        let refreshed = second - second.rem_euclid(REFRESH_SECONDS);
        Timestamp::from_second(refreshed).unwrap_or(self.clock.wall)
    }

    /// Every product, with the service's count over the machines that are not gone.
    pub(super) fn software(&self) -> &[Product] {
        self.software.get_or_init(|| {
            let mut products = self.fleet.census(|machine| self.find(machine).is_some());
            if self.settings.faults.census.differs {
                products.iter_mut().for_each(Product::exaggerate);
            }
            products
        })
    }

    /// What a correct client knows about the machine.
    pub(super) fn truth(&self, machine: MachineId) -> Option<Vec<MissingKb>> {
        let switched_on = &self.settings.faults.odd_forms;
        let mut known: Vec<MissingKb> = Vec::new();
        for missing in &*self.find(machine)?.missing {
            let forms = odd_forms(switched_on, self.settings.seed, machine, &missing.id);
            let missing = as_described(missing.clone(), &forms);
            match known.iter_mut().find(|other| other.id == missing.id) {
                Some(other) => other.merge(missing),
                None => known.push(missing),
            }
        }
        known.sort_by(|one, other| one.id.cmp(&other.id));
        Some(known)
    }

    /// How long the reply to this call takes.
    pub(super) fn latency(&self, target: &str, number: usize) -> Duration {
        let spread = chance(self.settings.seed, "latency", target, number as u64).f64();
        self.settings.latency.mul_f64(0.5 + spread)
    }
}

/// The fleet after this number of nights.
fn fleet(settings: &Settings, nights: u32) -> Fleet {
    let exceptions = settings.faults.exceptions;
    Fleet::with_exceptions(nights, settings.seed, settings.machines, exceptions)
}
