//! The findings on a machine of the fleet that no KB fixes.

use std::sync::Arc;

use super::{
    cve::Cve,
    finding::{Findings, Recommended, Software},
    gaps::software,
};
use crate::simulator::{
    chance::chance,
    fleet::{OtherHere, SimulatedMachine, others_on},
};

/// The month of the updates that have only a title: March 2026.
const TITLED_MONTH: u32 = 17;
const TITLE: &str = "March 2026 Security Updates";
/// A finding of the service itself.
pub(super) const OWN_FINDING: Cve = Cve::Own("TVM-2020-0002");

/// One such CVE per this number of machines.
const OWN_FINDING_EVERY: u32 = 8;
/// One machine in this number has an outdated Edge.
const OLD_EDGE_EVERY: u32 = 3;

/// The findings on this machine. They stay the same from night to night.
pub(super) fn findings(seed: u64, nights: u32, machine: &SimulatedMachine) -> Vec<Findings> {
    let id = machine.id.to_string();
    let mut random = chance(seed, "findings", &id, 0);
    let mut findings = Vec::new();
    if random.u32(..OLD_EDGE_EVERY) == 0 {
        findings.extend(old_edge(machine));
    }
    if random.u32(..OWN_FINDING_EVERY) == 0 {
        findings.extend(of_the_service(machine));
        findings.extend(of_the_service_with_kb(machine));
    }
    if machine.is_out_of_support() {
        findings.extend(never_fixed(machine));
    }
    findings.extend(without_cves(machine));
    findings.extend(others_on(seed, nights, &id).map(of_other));
    findings
}

/// Edge updates itself: its updates have a title, but are not KBs.
fn old_edge(machine: &SimulatedMachine) -> Option<Findings> {
    let mut products = machine.products.iter();
    let edge = products.find(|it| it.product == "edge")?;
    // Not the CVEs that a KB addresses.
    let cves = Cve::of_month(TITLED_MONTH, "edge", 32).skip(30);
    let edge = software(machine, edge.product);
    Some(edge.with_cves(cves, Recommended::titled(TITLE)))
}

/// A finding that is not a CVE.
fn of_the_service(machine: &SimulatedMachine) -> Option<Findings> {
    let windows = machine.products.first()?;
    let windows = software(machine, windows.product);
    Some(windows.with_cves([OWN_FINDING], Recommended::default()))
}

/// The same with a KB and a product of a gap that the machine has anyway.
fn of_the_service_with_kb(machine: &SimulatedMachine) -> Option<Findings> {
    let missed = machine.missing.iter().find(|it| it.cve_addressed > 0)?;
    let mut products = machine.products.iter();
    let product = products.find(|it| missed.products.iter().any(|name| **name == *it.product))?;
    let software = software(machine, product.product);
    let own = Cve::Own("TVM-0001-00000000");
    Some(software.with_cves([own], Recommended::kb(missed)))
}

/// CVEs of a Windows version that no longer gets updates.
fn never_fixed(machine: &SimulatedMachine) -> Option<Findings> {
    let windows = machine.products.first()?;
    let cves = Cve::of_month(TITLED_MONTH, windows.product, 40);
    let windows = software(machine, windows.product);
    Some(windows.with_cves(cves, Recommended::default()))
}

/// Products for which the machine misses no update.
fn without_cves(machine: &SimulatedMachine) -> impl Iterator<Item = Findings> {
    let missed = |product: &str| {
        let mut missing = machine.missing.iter();
        missing.any(|kb| kb.products.iter().any(|it| **it == *product))
    };
    let products = machine.products.iter();
    let products = products.filter(move |it| !missed(it.product));
    products.map(|it| software(machine, it.product).without_cves())
}

/// Software of other vendors: three CVEs for each version that it is behind.
fn of_other(here: OtherHere) -> Findings {
    let (weaknesses, first) = (here.weaknesses(), here.number * 3);
    let software = Software {
        vendor: here.other.vendor,
        name: here.other.name,
        version: Arc::from(here.version),
    };
    let update = match here.other.vendor {
        _ if weaknesses == 0 => return software.without_cves(),
        "mozilla" => Recommended::titled("mfsa2025-56"),
        "apple" => Recommended::titled("126353"),
        _ => Recommended::default(),
    };
    let cves = (first..).map(|number| Cve::of_other(here.place, number));
    software.with_cves(cves.take(weaknesses), update)
}
