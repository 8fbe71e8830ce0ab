//! What kind of tenant is simulated.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    time::Duration,
};

use crate::quota::{RateLimit, RateLimits};

use super::faults::Faults;

/// The role that the call asks for.
pub(super) const REQUIRED_ROLE: &str = "Software.Read.All";

/// Everything that can be chosen about a simulated tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What everything random is drawn from.
    pub seed: u64,
    /// Size of the fleet.
    pub machines: usize,
    /// Nights that the fleet has lived through: it changes with each.
    pub nights: u32,
    /// The quota of the call: exact sliding windows.
    pub limits: RateLimits,
    /// Whether calls that the quota refused count in its windows too.
    pub count_refused: bool,
    /// How long a reply takes: between half of this and half as much again.
    pub latency: Duration,
    /// How long a token is good for.
    pub token_lifetime: Duration,
    /// The scope that a token can be asked for.
    pub scope: String,
    /// The roles that the application was granted.
    pub roles: Vec<String>,
    /// The application's certificate (PEM), which then must have signed a client
    /// assertion; without it, any signature will do.
    pub assertion_certificate: Option<String>,
    /// What goes wrong.
    pub faults: Faults,
    /// Whether the API speaks https too; the sign-in always does.
    pub api_tls: bool,
    /// Where the API listens: a loopback address, port 0 for any.
    pub address: SocketAddr,
    /// Where the sign-in listens: a loopback address, port 0 for any.
    pub sign_in_address: SocketAddr,
}

impl Default for Settings {
    fn default() -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            seed: 1,
            machines: 100,
            nights: 0,
            limits: usual_limits(),
            count_refused: false,
            latency: Duration::ZERO,
            token_lifetime: Duration::from_secs(3599),
            scope: "https://api.securitycenter.microsoft.com/.default".to_owned(),
            roles: vec!["Alert.Read.All".to_owned(), REQUIRED_ROLE.to_owned()],
            assertion_certificate: None,
            faults: Faults::default(),
            api_tls: false,
            address: any_port,
            sign_in_address: any_port,
        }
    }
}

/// What the real service is believed to allow.
fn usual_limits() -> RateLimits {
    const PER_MINUTE: NonZeroU32 = NonZeroU32::new(100).unwrap();
    const PER_HOUR: NonZeroU32 = NonZeroU32::new(1500).unwrap();
    let within = |calls, window| RateLimit { calls, window };
    RateLimits(vec![
        within(PER_MINUTE, Duration::from_mins(1)),
        within(PER_HOUR, Duration::from_hours(1)),
    ])
}
