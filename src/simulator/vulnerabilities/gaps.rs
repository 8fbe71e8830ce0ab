//! The findings that a missing KB fixes: one for each CVE in each product.

use std::sync::Arc;

use super::{
    cve::Cve,
    finding::{Findings, Recommended, Software},
};
use crate::{
    domain::kb::MissingKb,
    simulator::fleet::{Fleet, SimulatedMachine},
};

/// The findings of all KBs that the machine misses. A KB without CVEs has none.
pub(super) fn findings(fleet: &Fleet, machine: &SimulatedMachine) -> Vec<Findings> {
    let missing = machine.missing.iter();
    missing
        .flat_map(|missing| of_kb(fleet, machine, missing))
        .collect()
}

fn of_kb(
    fleet: &Fleet,
    machine: &SimulatedMachine,
    missing: &MissingKb,
) -> impl Iterator<Item = Findings> {
    let scopes = fleet.scopes(missing).filter(|scope| scope.cves > 0);
    scopes.map(|scope| {
        let cves = Cve::of_month(scope.month, scope.product, scope.cves);
        software(machine, scope.product).with_cves(cves, Recommended::kb(missing))
    })
}

/// A product of the machine in its installed version.
pub(super) fn software(machine: &SimulatedMachine, product: &'static str) -> Software {
    let mut products = machine.products.iter();
    let found = products.find(|it| it.product == product);
    Software {
        vendor: "microsoft",
        name: product,
        version: Arc::from(found.map_or("", |it| it.version.as_str())),
    }
}
