//! The APIs that are called, each with limits of its own.

use std::time::Duration;

use crate::domain::{limits::RateLimits, words::words};

words! {
    /// An API of the service. The service counts the calls to each one separately.
    pub enum Api {
        /// `GET /api/machines/{id}/getmissingkbs`.
        MissingKbs = "missing-kbs",
        /// `GET /api/machines`.
        Machines = "machines",
        /// `GET /api/Software` and `GET /api/Software/{id}/getmissingkbs`. Microsoft documents no limits
        /// for these; they are assumed to be those of the calls for machines.
        Census = "census",
        /// `GET /api/machines/SoftwareInventoryByMachine`.
        Software = "software",
        /// `GET /api/machines/SoftwareInventoryExport`.
        SoftwareExport = "software-export",
        /// `GET /api/machines/SoftwareVulnerabilitiesByMachine`.
        Vulnerabilities = "vulnerabilities",
        /// `GET /api/machines/SoftwareVulnerabilitiesExport`.
        VulnerabilityExport = "vulnerability-export",
        /// `GET /api/machines/SoftwareVulnerabilityChangesByMachine`.
        VulnerabilityChanges = "vulnerability-changes",
        /// `POST /v1.0/security/runHuntingQuery` of Microsoft Graph.
        Hunting = "hunting",
        /// The files of an export, which another server sends. It has no documented limits.
        ExportFiles = "export-files",
    }
}

impl Api {
    /// The limits of the API; `None` if they are configured.
    pub fn documented_limits(self) -> Option<RateLimits> {
        match self {
            Self::MissingKbs => None,
            Self::Machines | Self::Census => Some(RateLimits::of(&[(100, MINUTE), (1_500, HOUR)])),
            Self::Software | Self::Vulnerabilities | Self::VulnerabilityChanges => {
                Some(RateLimits::of(&[(30, MINUTE), (1_000, HOUR)]))
            }
            Self::SoftwareExport | Self::VulnerabilityExport => {
                Some(RateLimits::of(&[(5, MINUTE), (20, HOUR)]))
            }
            Self::Hunting => Some(RateLimits::of(&[(45, MINUTE)])),
            Self::ExportFiles => Some(RateLimits::default()),
        }
    }
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
