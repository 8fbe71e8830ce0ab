//! The records of the fleet: valid, seen recently, and therefore requested.

use jiff::{SignedDuration, Timestamp};

use super::{ListedMachine, Listing, group_of};
use crate::simulator::{
    chance::{chance, uuid},
    fleet::SimulatedMachine,
};

const HOUR: u64 = 60 * 60;
pub(super) const DAY: u64 = 24 * HOUR;

/// Days without a signal after which a machine is inactive.
const INACTIVE_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

const TAGS: [&str; 6] = [
    "production",
    "finance",
    "vip; board",
    "kiosk",
    "pilot",
    "Zürich",
];
const LEVELS: [&str; 3] = ["Low", "Medium", "High"];

impl Listing {
    /// The record of a machine of the fleet.
    pub(super) fn member(&self, machine: &SimulatedMachine) -> ListedMachine {
        let mut random = chance(self.seed, "listed", &machine.id.to_string(), 0);
        let ago = match random.u32(..100) {
            ..85 => random.u64(60..DAY),
            85..95 => random.u64(DAY..7 * DAY),
            _ => random.u64(7 * DAY..25 * DAY),
        };
        let decimals = random.u8(..=7);
        let last_seen = self.moment(ago, decimals, &mut random);
        let older = ago + random.u64(30 * DAY..700 * DAY);
        let mut record = ListedMachine {
            id: machine.id,
            bad_id: None,
            name: Some(machine.name.clone()),
            os_platform: machine.os_platform,
            version: Some(machine.os_version),
            os_build: machine.os_build.parse().ok(),
            first_seen: self.moment(older, decimals, &mut random),
            last_seen,
            decimals,
            health: self.health(last_seen, &mut random),
            onboarding: "Onboarded",
            group: Some(group_of(machine.site)),
            group_id_as_text: false,
            tags: tags(&mut random),
            exposure_level: random.choice(LEVELS),
            risk_score: Some("None"),
            device_value: Some("Normal"),
            managed_by: "MicrosoftDefenderForEndpoint",
            aad_device_id: None,
            ip_address: Some(format!("10.{}.{}.7", random.u8(..), random.u8(..))),
            excluded_because: None,
            potential_duplicate: false,
            merged_into: None,
            skipped_because: None,
        };
        record.vary(&mut random);
        record
    }

    /// The time this many seconds before the start, with this many decimals.
    pub(super) fn moment(&self, ago: u64, decimals: u8, random: &mut fastrand::Rng) -> Timestamp {
        let step = 10_i32.pow(9 - u32::from(decimals));
        let nanos = random.i32(0..1_000_000_000 / step) * step;
        let ago = i64::try_from(ago).unwrap_or(i64::MAX);
        let second = self.started.as_second().saturating_sub(ago);
        Timestamp::new(second, nanos).unwrap_or(self.started)
    }

    fn health(&self, last_seen: Timestamp, random: &mut fastrand::Rng) -> &'static str {
        let inactive = self.started.duration_since(last_seen) > INACTIVE_AFTER;
        match random.u32(..50) {
            _ if inactive => "Inactive",
            0 => "ImpairedCommunication",
            1 => "NoSensorData",
            2 => "NoSensorDataImpairedCommunication",
            _ => "Active",
        }
    }
}

impl ListedMachine {
    /// Lets some minor fields differ, or be null.
    fn vary(&mut self, random: &mut fastrand::Rng) {
        match random.u32(..8) {
            0 => self.risk_score = random.choice(LEVELS),
            1 => self.risk_score = None,
            2 => self.device_value = random.choice(["Low", "High"]),
            3 => (self.device_value, self.exposure_level) = (None, None),
            4 => self.ip_address = None,
            _ => {}
        }
        if random.bool() {
            self.managed_by = "Intune";
            self.aad_device_id = Some(uuid(random));
        }
    }
}

fn tags(random: &mut fastrand::Rng) -> Vec<String> {
    let count = [0, 0, 1, 2][random.usize(..4)];
    random
        .choose_multiple(TAGS, count)
        .into_iter()
        .map(str::to_owned)
        .collect()
}
