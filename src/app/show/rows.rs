//! The gaps of an update or of a machine.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::find::{Found, SearchedRun};
use crate::{
    aggregate::MachineRow,
    domain::{kb::MissingKb, since::whole_days},
};

/// Possible names of the column of device groups, the usual one first.
const GROUPS: [&str; 5] = [
    "group",
    "Device group",
    "deviceGroup",
    "machineGroup",
    "rbacGroupName",
];

/// A gap: a machine and an update that it misses.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GapRow {
    pub(super) machine_id: String,
    pub(super) machine_name: String,
    /// Empty if the list has no groups.
    pub(super) group: String,
    pub(super) kb_id: String,
    pub(super) name: String,
    pub(super) cve_addressed: u64,
    /// When an answer first had it; all later answers had it as well.
    #[serde(serialize_with = "to_the_second")]
    pub(super) since: Timestamp,
    pub(super) days_missing: u32,
}

fn to_the_second<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{time:.0}"))
}

impl SearchedRun<'_> {
    /// The column of device groups, if the list has one.
    pub(super) fn group_column(&self) -> Option<usize> {
        GROUPS.iter().find_map(|name| self.list.column(name))
    }

    /// The group of a machine; empty if there is none.
    pub(super) fn group(&self, machine: &MachineRow) -> &str {
        let cell = |column| self.list.row(machine.position()).nth(column);
        self.group_column().and_then(cell).unwrap_or_default()
    }

    /// The gaps of the found update or machine: those of an update by age, then by the name of the
    /// machine; those of a machine by CVEs, then by KB.
    pub(super) fn rows(&self, found: &Found<'_>) -> io::Result<Vec<GapRow>> {
        match found {
            Found::Machine(machine) => {
                let mut rows = self.gaps_of(machine, &|_| true)?;
                rows.sort_by(|one, other| {
                    let by_cves = other.cve_addressed.cmp(&one.cve_addressed);
                    by_cves.then_with(|| one.kb_id.cmp(&other.kb_id))
                });
                Ok(rows)
            }
            Found::Kb(kb) => {
                let mut rows = Vec::new();
                for machine in &self.fleet.machines {
                    rows.extend(self.gaps_of(machine, &|gap| gap.id == kb.id)?);
                }
                rows.sort_by(|one, other| {
                    let by_age = one.since.cmp(&other.since);
                    let by_name = || one.machine_name.cmp(&other.machine_name);
                    by_age
                        .then_with(by_name)
                        .then_with(|| one.machine_id.cmp(&other.machine_id))
                });
                Ok(rows)
            }
        }
    }

    /// The gaps of a machine that are wanted, by KB.
    fn gaps_of(
        &self,
        machine: &MachineRow,
        is_wanted: &dyn Fn(&MissingKb) -> bool,
    ) -> io::Result<Vec<GapRow>> {
        let missing = machine.missing(self.gaps)?;
        if !missing.iter().any(|gap| is_wanted(gap)) {
            return Ok(Vec::new());
        }
        let since = machine.since(self.gaps)?;
        let wanted = missing.iter().zip(since.iter());
        let wanted = wanted.filter(|(gap, _)| is_wanted(gap));
        let name = self.list.name(machine.position()).unwrap_or_default();
        let rows = wanted.map(|(gap, since)| GapRow {
            machine_id: machine.id.to_string(),
            machine_name: name.to_owned(),
            group: self.group(machine).to_owned(),
            kb_id: gap.id.to_string(),
            name: gap.name.as_deref().unwrap_or_default().to_owned(),
            cve_addressed: gap.cve_addressed,
            since,
            days_missing: whole_days(since, self.started_at),
        });
        Ok(rows.collect())
    }
}
