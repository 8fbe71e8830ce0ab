//! The expected contents of reports, computed from the simulated tenant alone.

use std::{cmp::Reverse, collections::BTreeMap};

use patchgap::{
    domain::{kb::MissingKb, machine::MachineId},
    simulator::{SimulatedMachine, Simulator},
};

use super::{Finished, Row, Scene};

/// The status of machines without an answer, as in `machines.csv`.
pub(crate) type Unanswered = BTreeMap<MachineId, &'static str>;

/// Asserts that every machine is answered, and that each report is correct.
#[track_caller]
pub(crate) fn assert_truth(scene: &Scene, run: &Finished) {
    assert_truth_but_for(scene, run, &Unanswered::new());
}

/// Asserts that reports are correct for all machines but these, and have no figures for these.
#[track_caller]
pub(crate) fn assert_truth_but_for(scene: &Scene, run: &Finished, but_for: &Unanswered) {
    let tenant = &scene.tenant;
    let of_run = |name| without_time(without_source(without_run(run.rows(name))));
    assert_eq!(of_run("gaps.csv"), gaps(tenant, but_for));
    let machines = of_run("machines.csv");
    assert_eq!(machines, machine_rows(tenant, but_for));
    let kbs: BTreeMap<_, _> = run.rows("kbs.csv").iter().map(kb_figures).collect();
    assert_eq!(kbs, kb_truth(tenant, but_for));
}

/// The rows without the number and the date of the run, which must be the same in all of them.
fn without_run(mut rows: Vec<Row>) -> Vec<Row> {
    let mut stamps: Vec<_> = rows
        .iter_mut()
        .map(|row| ["run", "date"].map(|column| row.remove(column).unwrap()))
        .collect();
    stamps.dedup();
    assert!(stamps.len() <= 1, "{stamps:?}");
    rows
}

/// The rows without the source of the answer: a call of this run, or of an earlier one. Without the
/// software inventory, nothing is known about a machine's Windows.
fn without_source(mut rows: Vec<Row>) -> Vec<Row> {
    for row in &mut rows {
        let source = row.remove("source").unwrap();
        let is_answered = row.get("status").is_none_or(|status| status == "answered");
        let expected: &[&str] = if is_answered {
            &["calls", "kept"]
        } else {
            &[""]
        };
        assert!(expected.contains(&source.as_str()), "{source}: {row:?}");
        for column in [
            "inferredFrom",
            "windowsBuild",
            "supportStatus",
            "supportEnds",
            "distinctCves",
            "knownExploited",
            "accepted",
            "overdue",
        ] {
            assert_eq!(row.remove(column).unwrap_or_default(), "", "{column}");
        }
    }
    rows
}

/// The rows without the time of the answer, which cannot be predicted; it must be present exactly in
/// rows with an answer.
fn without_time(mut rows: Vec<Row>) -> Vec<Row> {
    for row in &mut rows {
        let time = row.remove("answeredAt").unwrap();
        let answered = row.get("status").is_none_or(|status| status == "answered");
        assert_eq!(time.is_empty(), !answered, "{row:?}");
        assert_ages(row, &time);
    }
    rows
}

/// Removes the ages of gaps, which cannot be predicted either; no gap is newer than its answer.
fn assert_ages(row: &mut Row, answered_at: &str) {
    let is_open = row
        .get("missingKbs")
        .is_none_or(|missing| !["", "0"].contains(&missing.as_str()));
    let since = row
        .remove("since")
        .or_else(|| row.remove("oldestSince"))
        .unwrap();
    assert_eq!(since.is_empty(), !is_open, "{row:?}");
    assert!(since.as_str() <= answered_at, "{since}: {row:?}");
    if let Some(days) = row.remove("daysMissing") {
        assert!(days.parse::<u32>().is_ok(), "{days}: {row:?}");
    }
}

fn gaps(tenant: &Simulator, but_for: &Unanswered) -> Vec<Row> {
    let mut answered: Vec<MachineId> = fleet(tenant).map(|machine| machine.id).collect();
    answered.retain(|id| !but_for.contains_key(id));
    answered.sort();
    let rows = answered.into_iter().flat_map(|id| {
        let missing = tenant.truth(id).unwrap();
        let machine = fleet(tenant).find(|machine| machine.id == id).unwrap();
        missing.into_iter().map(move |kb| gap(machine, &kb))
    });
    rows.collect()
}

fn gap(machine: &SimulatedMachine, kb: &MissingKb) -> Row {
    let products: Vec<&str> = kb.products.iter().map(AsRef::as_ref).collect();
    let missed_on = kb.machine_missed_on.map(|count| count.to_string());
    row([
        ("machineId", machine.id.to_string()),
        ("machineName", machine.name.clone()),
        ("kbId", kb.id.to_string()),
        ("name", guarded(kb.name.as_deref().unwrap_or_default())),
        ("productsNames", products.join(";")),
        ("url", kb.url.as_deref().unwrap_or_default().to_owned()),
        ("machineMissedOn", missed_on.unwrap_or_default()),
        ("cveAddressed", kb.cve_addressed.to_string()),
        ("osBuild", kb.os_build.as_deref().unwrap_or_default().into()),
    ])
}

/// A text with its formula guarded.
fn guarded(text: &str) -> String {
    let dangerous = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("{}{text}", if dangerous { "'" } else { "" })
}

fn machine_rows(tenant: &Simulator, but_for: &Unanswered) -> Vec<Row> {
    let (silent, mut answered): (Vec<_>, Vec<_>) =
        fleet(tenant).partition(|machine| but_for.contains_key(&machine.id));
    let score = |missing: &[MissingKb]| missing.iter().map(|kb| kb.cve_addressed).sum::<u64>();
    answered.sort_by_key(|machine| {
        let missing = tenant.truth(machine.id).unwrap();
        (Reverse((score(&missing), missing.len())), machine.id)
    });
    let ranked = (1..).zip(answered).map(|(rank, machine)| {
        let missing = tenant.truth(machine.id).unwrap();
        let cves = missing.iter().map(|kb| kb.cve_addressed);
        let largest = cves.max().unwrap_or_default();
        let top = missing.iter().find(|kb| kb.cve_addressed == largest);
        let ids: Vec<&str> = missing.iter().map(|kb| kb.id.as_str()).collect();
        machine_row(machine, "answered", |row| {
            row.insert("rank".to_owned(), rank.to_string());
            row.insert("missingKbs".to_owned(), missing.len().to_string());
            row.insert("cveAddressed".to_owned(), score(&missing).to_string());
            row.insert("cveAddressedMax".to_owned(), largest.to_string());
            row.insert("kbIds".to_owned(), ids.join(";"));
            let top = top.map(|kb| kb.id.to_string());
            row.insert("topKbId".to_owned(), top.unwrap_or_default());
        })
    });
    let mut silent: Vec<_> = silent
        .into_iter()
        .map(|machine| machine_row(machine, but_for[&machine.id], |_| {}))
        .collect();
    silent.sort_by(|one, other| one["machineId"].cmp(&other["machineId"]));
    ranked.chain(silent).collect()
}

/// A machine's row, without figures unless `fill` gives them.
fn machine_row(machine: &SimulatedMachine, status: &str, fill: impl FnOnce(&mut Row)) -> Row {
    let mut row = row([
        ("rank", String::new()),
        ("machineId", machine.id.to_string()),
        ("DeviceName", machine.name.clone()),
        ("osPlatform", machine.os_platform.to_owned()),
        ("osVersion", machine.os_version.to_owned()),
        ("site", machine.site.to_owned()),
        ("status", status.to_owned()),
        ("missingKbs", String::new()),
        ("cveAddressed", String::new()),
        ("cveAddressedMax", String::new()),
        ("topKbId", String::new()),
        ("kbIds", String::new()),
        ("skippedBecause", String::new()),
        ("machineName", machine.name.clone()),
    ]);
    fill(&mut row);
    row
}

/// The largest and smallest CVE count, the machines and the exposure of each KB.
fn kb_truth(tenant: &Simulator, but_for: &Unanswered) -> BTreeMap<String, [u64; 4]> {
    let mut kbs = BTreeMap::new();
    let answered = fleet(tenant).filter(|machine| !but_for.contains_key(&machine.id));
    for kb in answered.flat_map(|machine| tenant.truth(machine.id).unwrap()) {
        let cves = kb.cve_addressed;
        let figures = kbs.entry(kb.id.to_string()).or_insert([cves, cves, 0, 0]);
        let [most, least, machines, exposure] = *figures;
        *figures = [
            most.max(cves),
            least.min(cves),
            machines + 1,
            exposure + cves,
        ];
    }
    kbs
}

fn kb_figures(row: &Row) -> (String, [u64; 4]) {
    let columns = [
        "cveAddressed",
        "cveAddressedMin",
        "machinesMissing",
        "exposure",
    ];
    (
        row["kbId"].clone(),
        columns.map(|column| row[column].parse().unwrap()),
    )
}

fn row<const N: usize>(cells: [(&str, String); N]) -> Row {
    cells.map(|(column, cell)| (column.to_owned(), cell)).into()
}

fn fleet(tenant: &Simulator) -> impl Iterator<Item = &SimulatedMachine> {
    tenant.fleet().machines().iter()
}
