//! The changes of a night: new rows and removed rows.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    cve::Cve,
    device::Device,
    finding::{Findings, Recommended, Software},
    form::Form,
    table::{MachineRows, Vulnerabilities},
};
use crate::simulator::{bulk::JsonRows, chance::chance};

/// Of the machines whose rows did not change in a night, one in this number has a row with a new rating.
const UPDATED_EVERY: u32 = 60;
/// Seconds before the end of a night within which its changes were seen: less than six hours.
const SEEN_WITHIN: i64 = 21_000;

/// The row is new.
const NEW: &str = "New";
/// The row is gone.
const FIXED: &str = "Fixed";
/// The row still exists, and something in it has changed.
const UPDATED: &str = "Updated";

/// An undocumented status.
const UNKNOWN: &str = "Reopened";

/// The rows before and after a night.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulator) struct Changes<'a> {
    pub(in crate::simulator) before: Vulnerabilities<'a>,
    pub(in crate::simulator) after: Vulnerabilities<'a>,
    /// When the night ended.
    pub(in crate::simulator) ended: Timestamp,
}

/// The CVEs that each update fixes in each software.
type Known<'a> = HashMap<(&'a Software, &'a Recommended), HashSet<Cve>>;

impl Changes<'_> {
    /// The written changes of the machine with this index in the fleet of the later night. If a software has
    /// another version, all its rows are listed again.
    pub(in crate::simulator) fn rows(&self, number: u32, form: &Form) -> JsonRows {
        let after = self.after.member(number);
        let mut rows = JsonRows::default();
        let device = &after.device;
        if self
            .after
            .faults
            .changes
            .leaves_out(self.after.seed, &device.id)
        {
            return rows;
        }
        let before = self.before_of(number);
        let seen = self.seen(&device.id);
        for (status, findings) in self.differences(before.as_ref(), &after) {
            let form = form.of_change(status, seen);
            form.write(device, &findings, &mut rows);
            if let Some(bad) = self.with_bad_status(device, findings) {
                form.of_change(UNKNOWN, seen).write(device, &bad, &mut rows);
            }
        }
        rows
    }

    /// Some of the changes, to be repeated with a bad status.
    fn with_bad_status(&self, device: &Device, findings: Findings) -> Option<Findings> {
        let share = self.after.faults.changes.bad_status;
        if share == 0.0 {
            return None;
        }
        let Software { name, version, .. } = &findings.software;
        let key = format!("{}-{name}-{version}", device.id);
        let mut random = chance(self.after.seed, "bad status", &key, 0);
        let cves = findings.cves.into_iter();
        let cves: Vec<_> = cves.filter(|_| random.f64() < share).collect();
        (!cves.is_empty()).then_some(Findings { cves, ..findings })
    }

    /// The machine on the night before; `None` if it is new.
    fn before_of(&self, number: u32) -> Option<MachineRows> {
        let machine = self.after.fleet.machines().get(number as usize)?;
        let number = self.before.fleet.number_of(machine.id)?;
        Some(self.before.member(number))
    }

    fn differences(
        &self,
        before: Option<&MachineRows>,
        after: &MachineRows,
    ) -> Vec<(&'static str, Findings)> {
        let before = before.map_or(&[][..], |before| &before.findings);
        let gone = beyond(before, &after.findings);
        let new = beyond(&after.findings, before);
        let mut differences: Vec<_> = gone.map(|it| (FIXED, it)).collect();
        differences.extend(new.map(|it| (NEW, it)));
        if differences.is_empty() {
            let updated = self.updated(after);
            differences.extend(updated.map(|it| (UPDATED, it)));
        }
        differences
    }

    /// A row with a new rating.
    fn updated(&self, machine: &MachineRows) -> Option<Findings> {
        let night = self.after.nights.into();
        let mut random = chance(self.after.seed, "rated anew", &machine.device.id, night);
        let mut findings = machine.findings.iter();
        let mut one = findings
            .find(|it| it.cves.iter().any(Option::is_some))?
            .clone();
        one.cves.truncate(1);
        (random.u32(..UPDATED_EVERY) == 0).then_some(one)
    }

    /// When the changes of the machine were seen.
    fn seen(&self, machine: &str) -> Timestamp {
        let mut random = chance(
            self.after.seed,
            "change seen",
            machine,
            self.after.nights.into(),
        );
        let earlier = SignedDuration::from_secs(random.i64(60..SEEN_WITHIN));
        self.ended.saturating_sub(earlier).unwrap_or(self.ended)
    }
}

/// These findings without the known ones. Rows without a CVE are ignored.
fn beyond<'a>(these: &'a [Findings], known: &'a [Findings]) -> impl Iterator<Item = Findings> {
    let mut known_cves = Known::new();
    for findings in known {
        let cves = known_cves.entry(findings.key()).or_default();
        cves.extend(findings.cves.iter().flatten());
    }
    these.iter().filter_map(move |findings| {
        let known = known_cves.get(&findings.key());
        let is_known = |cve: &Cve| known.is_some_and(|known| known.contains(cve));
        let cves = findings.cves.iter().flatten().filter(|cve| !is_known(cve));
        let cves: Vec<_> = cves.copied().map(Some).collect();
        (!cves.is_empty()).then(|| Findings {
            cves,
            ..findings.clone()
        })
    })
}
