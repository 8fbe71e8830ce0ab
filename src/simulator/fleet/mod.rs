//! The simulated fleet: machines, and the truth about what each of them misses.

mod catalogue;
mod model;

use std::{collections::HashMap, fmt::Write, sync::Arc};

use crate::{kb::MissingKb, machine::MachineId, simulator::chance::chance};

use catalogue::{MONTHS, Update, catalogue};
use model::Model;

const SITES: [&str; 6] = ["BER", "LON", "NYC", "OSL", "SIN", "SYD"];

/// The machines of a tenant. They depend on the seed alone, and machine number `k` is the
/// same in a fleet of any size: a fleet grows, it does not change.
#[derive(Debug, Clone)]
pub struct Fleet {
    machines: Vec<SimulatedMachine>,
    places: HashMap<MachineId, usize>,
}

/// One machine and the truth about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedMachine {
    /// The service's id of it.
    pub id: MachineId,
    /// The computer's name.
    pub name: String,
    /// Where it stands.
    pub site: &'static str,
    /// Operating system, such as `Windows11`.
    pub os_platform: &'static str,
    /// Its release, such as `24H2`.
    pub os_version: &'static str,
    /// Its build, such as `26100`.
    pub os_build: &'static str,
    /// The updates it misses: sorted by id, each once.
    pub missing: Vec<MissingKb>,
}

impl Fleet {
    /// The first so many machines of the tenant with this seed.
    pub fn generate(seed: u64, machines: usize) -> Self {
        let updates = catalogue();
        let machines: Vec<_> = (0..machines as u64)
            .map(|number| machine(seed, number, &updates))
            .collect();
        let places = (0..).zip(&machines);
        Self {
            places: places.map(|(place, machine)| (machine.id, place)).collect(),
            machines,
        }
    }

    /// Every machine, in the order of the inventory.
    pub fn machines(&self) -> &[SimulatedMachine] {
        &self.machines
    }

    /// The machine with this id, if it is one of the fleet.
    pub fn get(&self, id: MachineId) -> Option<&SimulatedMachine> {
        self.places.get(&id).map(|&place| &self.machines[place])
    }

    /// The inventory, as an admin would have it: CSV with a header.
    pub fn inventory_csv(&self) -> String {
        let mut csv = "DeviceName,machineId,osPlatform,osVersion,site\n".to_owned();
        for machine in &self.machines {
            // None of these texts holds anything that CSV would have to quote, and writing
            // to a string cannot fail.
            let _ = writeln!(
                csv,
                "{},{},{},{},{}",
                machine.name, machine.id, machine.os_platform, machine.os_version, machine.site
            );
        }
        csv
    }
}

fn machine(seed: u64, number: u64, updates: &[Update]) -> SimulatedMachine {
    let mut random = chance(seed, "machine", "", number);
    let mut id = [0; 20];
    random.fill(&mut id);
    let model = Model::any(&mut random);
    let site = SITES[random.usize(..SITES.len())];
    let products = products(model, &mut random);
    SimulatedMachine {
        id: MachineId::from_bytes(id),
        name: format!("{}-{site}-{number:05}", model.prefix),
        site,
        os_platform: model.platform,
        os_version: model.version,
        os_build: model.build,
        missing: missing(model, &products, updates, &mut random),
    }
}

fn products(model: &Model, random: &mut fastrand::Rng) -> Vec<&'static str> {
    let extras = model.extras.iter().filter(|_| random.u32(..10) < 4);
    model.products.iter().chain(extras).copied().collect()
}

/// Everything since the month in which the machine was last looked after, and now and
/// then an older update that did not install.
fn missing(
    model: &Model,
    products: &[&str],
    updates: &[Update],
    random: &mut fastrand::Rng,
) -> Vec<MissingKb> {
    let behind = months_behind(random);
    let mut missing: Vec<_> = updates
        .iter()
        .filter(|update| products.contains(&&*update.scopes[0].0))
        .filter(|update| {
            let failed = random.u32(..100) < 2;
            behind > 0 && (update.age < behind || failed)
        })
        .map(|update| seen_from(model, products, update))
        .collect();
    missing.sort_by(|one, other| one.id.cmp(&other.id));
    missing
}

/// Months since the machine was last patched: a fifth is up to date, a few were forgotten.
fn months_behind(random: &mut fastrand::Rng) -> u32 {
    match random.u32(..100) {
        ..20 => 0,
        20..55 => 1,
        55..75 => 2,
        75..88 => 3,
        88..97 => random.u32(4..7),
        _ => MONTHS,
    }
}

/// The update as the service describes it for one machine: only what it has counts.
fn seen_from(model: &Model, products: &[&str], update: &Update) -> MissingKb {
    let here = || {
        let scopes = update.scopes.iter();
        scopes.filter(|(product, _)| products.contains(&&**product))
    };
    let mut products: Vec<Arc<str>> = here().map(|(product, _)| Arc::clone(product)).collect();
    products.sort();
    MissingKb {
        id: update.id.clone(),
        name: Some(Arc::clone(&update.name)),
        products,
        url: Some(Arc::clone(&update.url)),
        machine_missed_on: Some(1),
        cve_addressed: here().map(|(_, cves)| cves).sum(),
        os_build: Some(model.build.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn a_fleet_grows_without_changing() {
        let small = Fleet::generate(3, 20);
        let large = Fleet::generate(3, 200);
        assert_eq!(small.machines(), &large.machines()[..20]);
        assert_ne!(
            small.machines()[0].id,
            Fleet::generate(4, 1).machines()[0].id
        );
    }

    #[test]
    fn it_looks_like_a_fleet() {
        let fleet = Fleet::generate(1, 2000);
        let sizes: Vec<usize> = fleet.machines().iter().map(|it| it.missing.len()).collect();
        let between = |low, high| {
            sizes
                .iter()
                .filter(|&&size| low <= size && size < high)
                .count()
        };
        assert!((300..500).contains(&between(0, 1)), "{}", between(0, 1));
        assert!(between(1, 16) > 1300, "{}", between(1, 16));
        assert!((10..120).contains(&between(25, 60)), "{}", between(25, 60));
        assert_eq!(between(60, usize::MAX), 0);
    }

    #[test]
    fn every_machine_is_found_by_its_id_and_misses_each_update_once() {
        let fleet = Fleet::generate(1, 300);
        for machine in fleet.machines() {
            assert_eq!(fleet.get(machine.id), Some(machine));
            assert!(machine.missing.is_sorted_by(|one, other| one.id < other.id));
        }
        let names: HashSet<_> = fleet.machines().iter().map(|it| &it.name).collect();
        assert_eq!(names.len(), 300);
    }

    #[test]
    fn the_same_update_addresses_more_on_some_machines() {
        let fleet = Fleet::generate(1, 300);
        let mut counts: HashMap<&str, HashSet<u64>> = HashMap::new();
        for missing in fleet.machines().iter().flat_map(|it| &it.missing) {
            let seen = counts.entry(missing.id.as_str()).or_default();
            seen.insert(missing.cve_addressed);
        }
        assert!(counts.values().any(|seen| seen.len() > 1));
    }

    #[test]
    fn the_inventory_names_every_machine() {
        let fleet = Fleet::generate(1, 3);
        let csv = fleet.inventory_csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 4);
        let second = &fleet.machines()[1];
        assert!(lines[2].starts_with(&format!("{},{},", second.name, second.id)));
    }
}
