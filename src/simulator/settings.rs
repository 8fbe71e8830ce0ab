//! The settings of a simulated tenant.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    time::Duration,
};

use crate::domain::limits::{RateLimit, RateLimits};

use super::{faults::Faults, log::ApiName};

/// The settings of a simulated tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The seed of everything random.
    pub seed: u64,
    /// Size of the fleet.
    pub machines: usize,
    /// Nights that have passed: the fleet changes with each.
    pub nights: u32,
    /// The quota of `getmissingkbs` for machines: exact sliding windows. Each of the other APIs has
    /// the quota of the real service, counted apart, or none where this is none.
    pub limits: RateLimits,
    /// How long a reply takes on average: from half of this to one and a half times.
    pub latency: Duration,
    /// How long a token is valid.
    pub token_lifetime: Duration,
    /// The faults.
    pub faults: Faults,
    /// Whether the API and the exported files use https, as the sign-in always does.
    pub api_tls: bool,
    /// Where the API listens: a loopback address, port 0 for any.
    pub address: SocketAddr,
    /// Where the sign-in listens: a loopback address, port 0 for any.
    pub sign_in_address: SocketAddr,
    /// Where exported files are served: a loopback address, port 0 for any.
    pub files_address: SocketAddr,
    /// Where feeds of CVEs are served: a loopback address, port 0 for any.
    pub feeds_address: SocketAddr,
}

impl Default for Settings {
    fn default() -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            seed: 1,
            machines: 100,
            nights: 0,
            limits: usual_limits(),
            latency: Duration::ZERO,
            token_lifetime: Duration::from_secs(3599),
            faults: Faults::default(),
            api_tls: false,
            address: any_port,
            sign_in_address: any_port,
            files_address: any_port,
            feeds_address: any_port,
        }
    }
}

impl Settings {
    /// The quota of an API.
    pub(super) fn limits_of(&self, api: ApiName) -> RateLimits {
        match api {
            ApiName::MissingKbs => self.limits.clone(),
            _ if self.limits.0.is_empty() => RateLimits::default(),
            ApiName::SoftwareInventory | ApiName::Vulnerabilities | ApiName::Changes => {
                limits(30, 1000)
            }
            ApiName::Hunting => RateLimits::of(&[(45, Duration::from_mins(1))]),
            ApiName::SoftwareExport | ApiName::VulnerabilityExport => limits(5, 20),
            ApiName::Machines | ApiName::Software | ApiName::Census => usual_limits(),
        }
    }
}

/// The presumed limits of the real service.
fn usual_limits() -> RateLimits {
    limits(100, 1500)
}

/// Limits of this many calls a minute and an hour.
fn limits(per_minute: u32, per_hour: u32) -> RateLimits {
    let limit = |calls, window| {
        let calls = NonZeroU32::new(calls)?;
        Some(RateLimit { calls, window })
    };
    let limits = [
        limit(per_minute, Duration::from_mins(1)),
        limit(per_hour, Duration::from_hours(1)),
    ];
    RateLimits(limits.into_iter().flatten().collect())
}
