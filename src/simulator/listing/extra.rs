//! Machines of the list that are never requested: a kind for each reason, and some more.

use super::{ListedMachine, Listing, member::DAY};
use crate::{
    domain::machine::MachineId,
    simulator::{chance::chance, fleet::SimulatedMachine},
};

/// The kinds, used in turn.
const KINDS: [fn(&mut ListedMachine, &mut Draw<'_>); 8] = [
    merged,
    macintosh,
    discovered,
    excluded,
    linux,
    silent,
    phone,
    reinstalled,
];

/// The source of the fields of an extra machine.
struct Draw<'a> {
    listing: &'a Listing,
    random: fastrand::Rng,
    /// The machine of the fleet that it was made from.
    twin: &'a SimulatedMachine,
}

impl Listing {
    /// The record of an extra machine, based on a machine of the fleet.
    pub(super) fn extra(&self, number: u32, twin: &SimulatedMachine) -> ListedMachine {
        let mut random = chance(self.seed, "stranger", "", number.into());
        let mut id = [0; 20];
        random.fill(&mut id);
        let mut extra = ListedMachine {
            id: MachineId::from_bytes(id),
            name: Some(format!("OLD-{}-{number:05}", twin.site)),
            ..self.member(twin)
        };
        let mut draw = Draw {
            listing: self,
            random,
            twin,
        };
        KINDS[number as usize % KINDS.len()](&mut extra, &mut draw);
        extra.skipped_because = extra.reason(self.started);
        extra
    }
}

/// The machine of the fleet under an earlier id.
fn merged(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    record.name = Some(draw.twin.name.clone());
    record.merged_into = Some(draw.twin.id);
    record.potential_duplicate = true;
    if draw.random.bool() {
        silent(record, draw);
    }
}

fn macintosh(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    not_windows(record, draw, "macOS", "15.1");
    record.name = Some(format!("mac-{:04x}", draw.random.u16(..)));
}

fn linux(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    let (platform, version) = if draw.random.bool() {
        ("Ubuntu", "24.4")
    } else {
        ("RedHatEnterpriseLinux", "9.4")
    };
    not_windows(record, draw, platform, version);
    record.name = Some(format!("lnx-{:04x}.contoso.example", draw.random.u16(..)));
}

fn phone(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    not_windows(record, draw, "iOS", "18.1");
    record.name = Some("Anna's phone (private)".to_owned());
    record.group = None;
}

fn not_windows(
    record: &mut ListedMachine,
    draw: &mut Draw<'_>,
    platform: &'static str,
    version: &'static str,
) {
    record.os_platform = platform;
    record.version = Some(version);
    record.os_build = None;
    // Some are also excluded, so that several reasons apply.
    if draw.random.u32(..4) == 0 {
        record.excluded_because = Some("OutOfScope");
    }
}

/// Discovered on the network, without a sensor.
fn discovered(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    let status = [
        "CanBeOnboarded",
        "CanBeOnboarded",
        "Unsupported",
        "InsufficientInfo",
    ];
    record.onboarding = status[draw.random.usize(..status.len())];
    record.name = record.name.take().filter(|_| draw.random.bool());
    record.health = "Unknown";
    (record.version, record.os_build) = (None, None);
    (record.group, record.tags) = (None, Vec::new());
    (record.risk_score, record.exposure_level) = (None, None);
    (record.managed_by, record.aad_device_id) = ("Unknown", None);
}

fn excluded(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    record.excluded_because = Some("InactiveDevice");
    if draw.random.bool() {
        silent(record, draw);
    }
}

/// Unused: last seen one to six months ago.
fn silent(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    let ago = draw.random.u64(31 * DAY..175 * DAY);
    let listing = draw.listing;
    record.last_seen = listing.moment(ago, record.decimals, &mut draw.random);
    let older = ago + draw.random.u64(DAY..700 * DAY);
    record.first_seen = listing.moment(older, record.decimals, &mut draw.random);
    record.health = "Inactive";
}

/// The machine of the fleet before it was reinstalled: the old id is silent, and not merged.
fn reinstalled(record: &mut ListedMachine, draw: &mut Draw<'_>) {
    silent(record, draw);
    record.name = Some(draw.twin.name.clone());
    record.potential_duplicate = true;
}
