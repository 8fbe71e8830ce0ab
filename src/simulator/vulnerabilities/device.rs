//! The data shared by all rows of a machine.

use jiff::SignedDuration;

use super::{cve::Cve, finding::Software};
use crate::simulator::{
    bulk::clock,
    fleet::SimulatedMachine,
    listing::{DeviceGroup, ListedMachine},
};

/// The number of different times at which findings of one machine were first seen.
const FIRST_TIMES: usize = 12;
/// Hours between two of these times.
const HOURS_APART: i64 = 5 * 24;

/// The machine of some rows.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct Device {
    pub(in crate::simulator) id: String,
    pub(in crate::simulator) name: Option<String>,
    pub(in crate::simulator) group: Option<DeviceGroup>,
    pub(super) platform: Option<&'static str>,
    pub(in crate::simulator) os_version: Option<String>,
    pub(super) architecture: Option<&'static str>,
    pub(super) is_onboarded: bool,
    pub(super) last_seen: String,
    first_seen: Vec<String>,
}

impl Device {
    /// A machine of the fleet.
    pub(super) fn member(machine: &SimulatedMachine, record: ListedMachine) -> Self {
        let windows = machine.products.first();
        Self {
            os_version: windows.map(|it| it.version.clone()),
            ..Self::listed(record)
        }
    }

    /// A machine of the list. A device without a sensor has neither name nor platform.
    pub(super) fn listed(record: ListedMachine) -> Self {
        let is_onboarded = record.onboarding == "Onboarded";
        Self {
            id: record.id.to_string(),
            last_seen: clock(record.last_seen),
            first_seen: first_times(&record),
            group: record.group,
            name: record.name.filter(|_| is_onboarded),
            platform: is_onboarded.then_some(record.os_platform),
            os_version: record.version.map(str::to_owned),
            architecture: is_onboarded.then_some("x64"),
            is_onboarded,
        }
    }

    /// The same under another id.
    pub(super) fn with_id(&self, id: String) -> Self {
        Self { id, ..self.clone() }
    }

    /// When this was first seen; sometimes later than it was last seen.
    pub(super) fn first_seen(&self, software: &Software, cve: Option<Cve>) -> &str {
        let text = software.name.len() + software.version.len();
        let number = cve.map_or(0, Cve::number);
        let place = (usize::try_from(number).unwrap_or_default() + text) % FIRST_TIMES;
        &self.first_seen[place]
    }
}

fn first_times(record: &ListedMachine) -> Vec<String> {
    let first = record.last_seen + SignedDuration::from_hours(18);
    let times = (0..).take(FIRST_TIMES).map(|number| {
        let earlier = SignedDuration::from_hours(number * HOURS_APART);
        clock(first - earlier)
    });
    times.collect()
}
