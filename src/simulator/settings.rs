//! The settings of a simulated tenant.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    time::Duration,
};

use crate::domain::limits::{RateLimit, RateLimits};

use super::{faults::Faults, log::ApiName};

/// The role for missing KBs and software.
pub(super) const SOFTWARE_ROLE: &str = "Software.Read.All";
/// The role for the machine list.
pub(super) const LIST_ROLE: &str = "Machine.Read.All";
/// The role for the export of vulnerabilities, and for their changes.
pub(super) const EXPORT_ROLE: &str = "Vulnerability.Read.All";

/// The role for hunting, in Graph.
pub(super) const HUNTING_ROLE: &str = "ThreatHunting.Read.All";

/// The settings of a simulated tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The seed of everything random.
    pub seed: u64,
    /// Size of the fleet.
    pub machines: usize,
    /// Nights that have passed: the fleet changes with each.
    pub nights: u32,
    /// The quota of `getmissingkbs` for machines: exact sliding windows.
    pub limits: RateLimits,
    /// The quota of each of the other APIs, counted apart; by default what the real service
    /// allows, and none where `limits` has none.
    pub other_limits: Option<RateLimits>,
    /// Whether calls that the quota refused count in its windows too.
    pub count_refused: bool,
    /// How long a reply takes on average: from half of this to one and a half times.
    pub latency: Duration,
    /// How long a token is valid.
    pub token_lifetime: Duration,
    /// The scope that tokens can be requested for.
    pub scope: String,
    /// The roles that the application was granted.
    pub roles: Vec<String>,
    /// The scope that tokens for Graph can be requested for.
    pub graph_scope: String,
    /// The roles that the application was granted in Graph.
    pub graph_roles: Vec<String>,
    /// The application's certificate (PEM), which must then have signed a client
    /// assertion; without it, any signature is accepted.
    pub assertion_certificate: Option<String>,
    /// What goes wrong.
    pub faults: Faults,
    /// How long before its call an export of the software inventory was made.
    pub export_age: Duration,
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
            other_limits: None,
            count_refused: false,
            latency: Duration::ZERO,
            token_lifetime: Duration::from_secs(3599),
            scope: "https://api.securitycenter.microsoft.com/.default".to_owned(),
            roles: ["Alert.Read.All", LIST_ROLE, SOFTWARE_ROLE, EXPORT_ROLE]
                .map(str::to_owned)
                .to_vec(),
            graph_scope: "https://graph.microsoft.com/.default".to_owned(),
            graph_roles: vec![HUNTING_ROLE.to_owned()],
            assertion_certificate: None,
            faults: Faults::default(),
            export_age: Duration::from_hours(2),
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
        match (api, &self.other_limits) {
            (ApiName::MissingKbs, _) => self.limits.clone(),
            (_, Some(limits)) => limits.clone(),
            (_, None) if self.limits.0.is_empty() => RateLimits::default(),
            (ApiName::SoftwareInventory | ApiName::Vulnerabilities | ApiName::Changes, None) => {
                limits(30, 1000)
            }
            (ApiName::Hunting, None) => RateLimits::of(&[(45, Duration::from_mins(1))]),
            (ApiName::SoftwareExport | ApiName::VulnerabilityExport, None) => limits(5, 20),
            (_, None) => usual_limits(),
        }
    }
}

/// What the real service is believed to allow.
fn usual_limits() -> RateLimits {
    limits(100, 1500)
}

/// So many calls a minute and an hour.
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
