//! Identical machines: with the same platform and the same versions of relevant products.

use std::collections::{BTreeSet, HashMap};

use super::machine::{ProductVersion, SimulatedMachine};
use crate::domain::machine::MachineId;

/// The groups of identical machines, in their order. A product is relevant if any machine misses an update
/// for it.
pub(super) fn cohorts(machines: &[SimulatedMachine]) -> Vec<Vec<MachineId>> {
    let gaps = machines.iter().flat_map(|it| it.missing.iter());
    let products = gaps.flat_map(|gap| &gap.products);
    let relevant: BTreeSet<&str> = products.map(|product| &**product).collect();
    let mut numbers = HashMap::new();
    let mut cohorts: Vec<Vec<MachineId>> = Vec::new();
    for machine in machines {
        let key = (machine.os_platform, relevant_versions(machine, &relevant));
        let number = *numbers.entry(key).or_insert(cohorts.len());
        if number == cohorts.len() {
            cohorts.push(Vec::new());
        }
        cohorts[number].push(machine.id);
    }
    cohorts
}

fn relevant_versions<'m>(
    machine: &'m SimulatedMachine,
    relevant: &BTreeSet<&str>,
) -> Vec<&'m ProductVersion> {
    let products = machine.products.iter();
    products
        .filter(|it| relevant.contains(it.product))
        .collect()
}
