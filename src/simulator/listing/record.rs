//! One record of the machine list.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::domain::{machine::MachineId, skip_reason::SkipReason};

/// The maximum time since its last report for a machine to count as seen.
const SEEN_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One machine as the list describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedMachine {
    /// Its id.
    pub id: MachineId,
    /// Sent instead of an id: such a record cannot be requested.
    pub bad_id: Option<Value>,
    /// `computerDnsName`.
    pub name: Option<String>,
    /// `osPlatform`.
    pub os_platform: &'static str,
    /// `version`, such as `24H2`.
    pub version: Option<&'static str>,
    /// `osBuild`, without revision; none except on Windows.
    pub os_build: Option<u32>,
    /// `firstSeen`.
    pub first_seen: Timestamp,
    /// `lastSeen`.
    pub last_seen: Timestamp,
    /// The number of decimals of both times in JSON, from 0 to 7.
    pub decimals: u8,
    /// `healthStatus`.
    pub health: &'static str,
    /// `onboardingStatus`.
    pub onboarding: &'static str,
    /// Its device group.
    pub group: Option<DeviceGroup>,
    /// Whether the group's id is sent as a text, as it is documented.
    pub group_id_as_text: bool,
    /// `machineTags`.
    pub tags: Vec<String>,
    /// `exposureLevel`.
    pub exposure_level: Option<&'static str>,
    /// `riskScore`.
    pub risk_score: Option<&'static str>,
    /// `deviceValue`.
    pub device_value: Option<&'static str>,
    /// `managedBy`.
    pub managed_by: &'static str,
    /// `aadDeviceId`.
    pub aad_device_id: Option<String>,
    /// `lastIpAddress`.
    pub ip_address: Option<String>,
    /// `exclusionReason`; with it, `isExcluded` is true.
    pub excluded_because: Option<&'static str>,
    /// `isPotentialDuplication`.
    pub potential_duplicate: bool,
    /// `mergedIntoMachineId`.
    pub merged_into: Option<MachineId>,
    /// Why a report over all machines skips it; `None` for the fleet.
    pub skipped_because: Option<SkipReason>,
}

/// A device group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceGroup {
    /// `rbacGroupId`.
    pub id: u32,
    /// `rbacGroupName`.
    pub name: String,
}

impl ListedMachine {
    /// Why a report over all machines would skip it at this time.
    pub(super) fn reason(&self, now: Timestamp) -> Option<SkipReason> {
        let reasons = [
            (SkipReason::Merged, self.merged_into.is_some()),
            (SkipReason::Excluded, self.excluded_because.is_some()),
            (SkipReason::NotOnboarded, self.onboarding != "Onboarded"),
            (
                SkipReason::NotWindows,
                !self.os_platform.starts_with("Windows"),
            ),
            (
                SkipReason::Silent,
                now.duration_since(self.last_seen) > SEEN_WITHIN,
            ),
        ];
        let first = reasons.into_iter().find(|&(_, applies)| applies);
        first.map(|(reason, _)| reason)
    }
}
