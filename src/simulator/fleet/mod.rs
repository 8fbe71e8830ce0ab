//! The simulated fleet: machines, and what each of them really misses.

mod catalogue;
mod census;
mod missing;
mod model;
mod night;
mod others;
mod version;

use std::{collections::HashMap, fmt::Write};

use crate::{
    domain::{kb::MissingKb, machine::MachineId},
    simulator::chance::chance,
};

pub(super) use census::census;
pub use census::{Product, ProductGap};
pub(super) use others::{OTHERS, Other};
pub use version::ProductVersion;

use catalogue::{Update, catalogue, next_month};
use missing::{missing, products};
use model::Model;
use night::{PATCH_DAY, Patched};
use version::versions;

/// Where the machines are.
pub(super) const SITES: [&str; 6] = ["BER", "LON", "NYC", "OSL", "SIN", "SYD"];

/// The machines of a tenant. They depend on the seed alone; machine number `k` is the same
/// in a fleet of any size.
#[derive(Debug, Clone)]
pub struct Fleet {
    machines: Vec<SimulatedMachine>,
    places: HashMap<MachineId, usize>,
}

/// One machine, as it really is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedMachine {
    /// Its id in the service.
    pub id: MachineId,
    /// The computer's name.
    pub name: String,
    /// Its site.
    pub site: &'static str,
    /// Operating system, such as `Windows11`.
    pub os_platform: &'static str,
    /// Its release, such as `24H2`.
    pub os_version: &'static str,
    /// Its build, such as `26100`.
    pub os_build: &'static str,
    /// The updates it misses: sorted by id, each once.
    pub missing: Vec<MissingKb>,
    /// Its products that get such updates, Windows first, with their versions.
    pub products: Vec<ProductVersion>,
}

impl Fleet {
    /// The first `count` machines of the tenant with this seed.
    pub fn generate(seed: u64, machines: usize) -> Self {
        Self::after(0, seed, machines)
    }

    /// The same fleet some nights later: machines were patched, updates were released, and each
    /// night one machine in five hundred was replaced.
    pub fn after(nights: u32, seed: u64, machines: usize) -> Self {
        let catalogue = Catalogue {
            updates: catalogue(),
            next: next_month(),
        };
        let gone = u64::from(nights) * (machines as u64).div_ceil(500);
        let machines: Vec<_> = (gone..gone + machines as u64)
            .map(|number| machine(seed, number, nights, &catalogue))
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

    /// The machine with this id, if the fleet has it.
    pub fn get(&self, id: MachineId) -> Option<&SimulatedMachine> {
        self.places.get(&id).map(|&place| &self.machines[place])
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

/// The updates before and after patch day.
struct Catalogue {
    updates: Vec<Update>,
    next: Vec<Update>,
}

impl Catalogue {
    /// The updates that are released after so many nights.
    fn released(&self, nights: u32) -> impl Iterator<Item = &Update> + Clone {
        let next = self.next.iter().filter(move |_| nights >= PATCH_DAY);
        self.updates.iter().chain(next)
    }
}

fn machine(seed: u64, number: u64, nights: u32, catalogue: &Catalogue) -> SimulatedMachine {
    let mut random = chance(seed, "machine", "", number);
    let mut id = [0; 20];
    random.fill(&mut id);
    let model = Model::any(&mut random);
    let site = SITES[random.usize(..SITES.len())];
    let products = products(model, &mut random);
    let at_first = missing(model, &products, &catalogue.updates, &mut random);
    let patched = Patched {
        seed,
        number,
        model,
        products: &products,
        updates: &catalogue.updates,
        next: &catalogue.next,
    };
    let missing = patched.after(nights, at_first);
    SimulatedMachine {
        id: MachineId::from_bytes(id),
        name: format!("{}-{site}-{number:05}", model.prefix),
        site,
        os_platform: model.platform,
        os_version: model.version,
        os_build: model.build,
        products: versions(model, &products, &missing, &catalogue.released(nights)),
        missing,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::domain::kb::KbId;

    #[test]
    fn larger_fleet_extends_the_smaller_one() {
        let small = Fleet::generate(3, 20);
        let large = Fleet::generate(3, 200);
        assert_eq!(small.machines(), &large.machines()[..20]);
        assert_ne!(
            small.machines()[0].id,
            Fleet::generate(4, 1).machines()[0].id
        );
    }

    #[test]
    fn gap_counts_are_realistic() {
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
    fn each_night_changes_a_few_machines() {
        let first = Fleet::generate(1, 1000);
        let next = Fleet::after(1, 1, 1000);
        assert_eq!(next.machines().len(), 1000);
        let stayed: Vec<_> = first
            .machines()
            .iter()
            .filter_map(|machine| Some((machine, next.get(machine.id)?)))
            .collect();
        assert_eq!(stayed.len(), 998, "two left, and two came");
        let changed = stayed
            .iter()
            .filter(|(then, now)| then.missing != now.missing);
        let changed = changed.count();
        assert!((20..100).contains(&changed), "{changed}");
        assert_eq!(next.machines(), Fleet::after(1, 1, 1000).machines());
    }

    #[test]
    fn patch_day_adds_newer_updates() {
        let before = Fleet::after(night::PATCH_DAY - 1, 1, 300);
        let after = Fleet::after(night::PATCH_DAY, 1, 300);
        let next: HashSet<KbId> = next_month().into_iter().map(|it| it.id).collect();
        let misses = |fleet: &Fleet| {
            let gaps = fleet.machines().iter().flat_map(|it| &it.missing);
            gaps.filter(|gap| next.contains(&gap.id)).count()
        };
        assert_eq!(misses(&before), 0);
        assert!(misses(&after) > 300, "{}", misses(&after));
    }

    #[test]
    fn machines_are_found_by_id_and_miss_each_update_once() {
        let fleet = Fleet::generate(1, 300);
        for machine in fleet.machines() {
            assert_eq!(fleet.get(machine.id), Some(machine));
            assert!(machine.missing.is_sorted_by(|one, other| one.id < other.id));
        }
        let names: HashSet<_> = fleet.machines().iter().map(|it| &it.name).collect();
        assert_eq!(names.len(), 300);
    }

    #[test]
    fn cve_counts_of_an_update_vary_by_machine() {
        let fleet = Fleet::generate(1, 300);
        let mut counts: HashMap<&str, HashSet<u64>> = HashMap::new();
        for missing in fleet.machines().iter().flat_map(|it| &it.missing) {
            let seen = counts.entry(missing.id.as_str()).or_default();
            seen.insert(missing.cve_addressed);
        }
        assert!(counts.values().any(|seen| seen.len() > 1));
    }

    #[test]
    fn inventory_lists_every_machine() {
        let fleet = Fleet::generate(1, 3);
        let csv = fleet.inventory_csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 4);
        let second = &fleet.machines()[1];
        assert!(lines[2].starts_with(&format!("{},{},", second.name, second.id)));
    }
}
