//! Generates machines from their numbers.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use super::{
    catalogue::Catalogue,
    exceptions::{missing_instead, versions_of_its_own},
    installed::Installed,
    machine::{ProductVersion, SITES, SimulatedMachine},
    night::Passing,
};
use crate::{
    domain::{kb::MissingKb, machine::MachineId},
    simulator::{chance::chance, faults::Exceptions},
};

/// Generates the machines of a fleet, one after the other.
pub(super) struct MachineGenerator<'fleet> {
    seed: u64,
    nights: u32,
    /// The updates before the first night.
    at_first: Catalogue,
    catalogue: &'fleet Catalogue,
    exceptions: Exceptions,
    /// The parts that identical machines share.
    known: HashMap<Installed, Alike>,
}

/// The parts that machines with the same installation share.
#[derive(Clone)]
struct Alike {
    missing: Arc<[MissingKb]>,
    products: Arc<[ProductVersion]>,
}

impl<'fleet> MachineGenerator<'fleet> {
    /// Generates machines after this number of nights, to which the catalogue belongs.
    pub(super) fn new(
        nights: u32,
        seed: u64,
        catalogue: &'fleet Catalogue,
        exceptions: Exceptions,
    ) -> Self {
        Self {
            seed,
            nights,
            at_first: Catalogue::after(0),
            catalogue,
            exceptions,
            known: HashMap::new(),
        }
    }

    /// The machine with this number.
    pub(super) fn machine(&mut self, number: u64) -> SimulatedMachine {
        let mut random = chance(self.seed, "machine", "", number);
        let mut id = [0; 20];
        random.fill(&mut id);
        let site = SITES[random.usize(..SITES.len())];
        let at_first = Installed::at_first(&self.at_first, &mut random);
        let passing = Passing {
            seed: self.seed,
            number,
            catalogue: self.catalogue,
        };
        let installed = passing.after(self.nights, at_first);
        let Alike { missing, products } = self.alike(installed);
        let instead = self.instead(number, installed);
        let products = if self.exceptions.all_different {
            versions_of_its_own(&products, number)
        } else {
            products
        };
        let model = installed.model;
        SimulatedMachine {
            id: MachineId::from_bytes(id),
            name: format!("{}-{site}-{number:05}", model.prefix),
            site,
            os_platform: model.platform,
            os_version: model.version,
            os_build: model.build,
            missing: instead.map_or(missing, Arc::from),
            products,
            lifecycle: model.support,
        }
    }

    /// The missing updates of the machine, if it is an exception.
    fn instead(&self, number: u64, installed: Installed) -> Option<Vec<MissingKb>> {
        let mut random = chance(self.seed, "half-installed", "", number);
        missing_instead(self.exceptions, &mut random, installed, self.catalogue)
    }

    fn alike(&mut self, installed: Installed) -> Alike {
        match self.known.entry(installed) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => {
                let alike = Alike {
                    missing: installed.missing(self.catalogue).into(),
                    products: installed.versions(self.catalogue).into(),
                };
                new.insert(alike).clone()
            }
        }
    }
}
