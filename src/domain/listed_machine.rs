//! A machine as the service lists it.

/// One record of the service's machine list (`GET /api/machines`). Texts are as the service sends them; missing ones
/// are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedMachine {
    /// `id`; 40 hexadecimal characters, unless the service sends something else.
    pub id: String,
    /// `computerDnsName`.
    pub name: String,
    /// `osPlatform`, such as `Windows11` or `Ubuntu`.
    pub os_platform: String,
    /// `version`, such as `24H2`.
    pub version: String,
    /// `osBuild`, without the revision.
    pub os_build: String,
    /// `lastSeen`, RFC 3339 with 0 to 7 decimals: the last full report.
    pub last_seen: String,
    /// `firstSeen`, in the same format.
    pub first_seen: String,
    /// `healthStatus`, such as `Active`.
    pub health_status: String,
    /// `onboardingStatus`, such as `Onboarded`.
    pub onboarding_status: String,
    /// `rbacGroupName`.
    pub group: String,
    /// `machineTags`.
    pub tags: Vec<String>,
    /// `exposureLevel`.
    pub exposure_level: String,
    /// `riskScore`.
    pub risk_score: String,
    /// `deviceValue`.
    pub device_value: String,
    /// `managedBy`.
    pub managed_by: String,
    /// `aadDeviceId`: the Entra device id.
    pub aad_device_id: String,
    /// `isExcluded`.
    pub is_excluded: bool,
    /// `mergedIntoMachineId`: the machine whose record replaces this one; empty if there is none.
    pub merged_into: String,
}
