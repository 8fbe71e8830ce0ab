//! The simulated fleet: machines, their installed software, and their true missing updates.
//!
//! ```text
//! catalogue ─┐
//!   model ───┴─► installed ─► night ─► missing, versions ─► census, cohorts
//!                                          ▲
//!                                      exceptions
//! ```
//!
//! The missing updates of a machine follow from its versions and from what was released: machines with the
//! same installation differ in nothing else. Exceptions have to be switched on.
//!
//! - `catalogue`, `releases`: the updates, and what each replaces and addresses; `support`: until when Windows gets any
//! - `model`, `maker`: the kinds of machines, and how one is generated; `machine`: one of them
//! - `installed`: its software and missing updates; `others`: software without updates; `exceptions`
//! - `night`: how the fleet changes in a night; `census`, `cohorts`: what is counted of it

mod catalogue;
mod census;
mod cohorts;
mod exceptions;
mod installed;
mod machine;
mod maker;
mod model;
mod night;
mod others;
mod releases;
mod support;

use std::{collections::HashMap, fmt::Write};

use crate::{domain::machine::MachineId, simulator::faults::Exceptions};

pub use census::{Product, ProductGap};
pub(super) use machine::SITES;
pub use machine::{ProductVersion, SimulatedMachine};
pub(super) use others::{Other, OtherHere, others_on};
pub(super) use releases::Release;
pub(super) use support::Support;

use catalogue::Catalogue;
use maker::MachineGenerator;

/// The machines of a tenant. They depend only on the seed; machine number `k` is the same in a fleet of any
/// size.
#[derive(Debug, Clone)]
pub struct Fleet {
    machines: Vec<SimulatedMachine>,
    places: HashMap<MachineId, usize>,
    catalogue: Catalogue,
}

impl Fleet {
    /// The first `count` machines of the tenant with this seed.
    pub fn generate(seed: u64, machines: usize) -> Self {
        Self::after(0, seed, machines)
    }

    /// The same fleet some nights later: machines were patched, updates were released, and each
    /// night one machine in five hundred was replaced.
    pub fn after(nights: u32, seed: u64, machines: usize) -> Self {
        Self::with_exceptions(nights, seed, machines, Exceptions::default())
    }

    /// The same, with machines whose missing updates do not follow from their versions.
    pub fn with_exceptions(
        nights: u32,
        seed: u64,
        machines: usize,
        exceptions: Exceptions,
    ) -> Self {
        let catalogue = Catalogue::after(nights).without_cves(exceptions.without_cves);
        let gone = u64::from(nights) * (machines as u64).div_ceil(500);
        let mut maker = MachineGenerator::new(nights, seed, &catalogue, exceptions);
        let numbers = gone..gone + machines as u64;
        let machines: Vec<_> = numbers.map(|number| maker.machine(number)).collect();
        let places = (0..).zip(&machines);
        Self {
            places: places.map(|(place, machine)| (machine.id, place)).collect(),
            machines,
            catalogue,
        }
    }

    /// Every machine, in the order of the inventory.
    pub fn machines(&self) -> &[SimulatedMachine] {
        &self.machines
    }

    /// The machine with this id, if the fleet has it.
    pub fn get(&self, id: MachineId) -> Option<&SimulatedMachine> {
        self.places.get(&id).map(|&place| &self.machines[place])
    }

    /// The index of the machine with this id, if the fleet has it.
    pub(super) fn number_of(&self, id: MachineId) -> Option<u32> {
        let place = self.places.get(&id)?;
        u32::try_from(*place).ok()
    }

    /// The groups of identical machines: with the same platform and the same versions of those products for
    /// which any machine misses an update. In the order of the fleet.
    pub fn cohorts(&self) -> Vec<Vec<MachineId>> {
        cohorts::cohorts(&self.machines)
    }

    /// Every product, by name, with the count over these machines.
    pub(super) fn census(&self, is_counted: impl Fn(MachineId) -> bool) -> Vec<Product> {
        let machines = self.machines.iter();
        census::census(&self.catalogue, machines.filter(|it| is_counted(it.id)))
    }

    /// The inventory, as an admin would have it: CSV with a header.
    pub fn inventory_csv(&self) -> String {
        let mut csv = "DeviceName,machineId,osPlatform,osVersion,site\n".to_owned();
        for machine in &self.machines {
            // No text needs quotation marks in CSV, and writing to a string cannot fail.
            let _ = writeln!(
                csv,
                "{},{},{},{},{}",
                machine.name, machine.id, machine.os_platform, machine.os_version, machine.site
            );
        }
        csv
    }
}

#[cfg(test)]
mod tests;
