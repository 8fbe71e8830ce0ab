//! The flags of the simulated tenant, and of `patchgap simulate`.

use std::path::PathBuf;

use clap::Args;

use super::ConsoleFlags;
use crate::{
    config::{Span, Whole},
    quota::RateLimits,
    simulator::Faults,
};

/// `patchgap simulate`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Simulated tenant")]
pub struct Simulate {
    /// The tenant.
    #[command(flatten)]
    pub tenant: Tenant,

    /// Nights to simulate in advance
    ///
    /// In each, machines are patched and replaced, and updates are released.
    #[arg(long, value_name = "N", default_value = "0")]
    pub nights: Whole<0, 1000>,

    /// Port of the API on 127.0.0.1; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,

    /// Quota in calls per window, or none
    #[arg(long, value_name = "LIST", default_value = "100/min,1500/h")]
    pub rate_limit: RateLimits,

    /// Delay of every answer [default: none]
    #[arg(long, value_name = "DURATION")]
    pub latency: Option<Span>,

    /// Lifetime of an access token
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    pub token_lifetime: Span,

    /// Faults to simulate: none, occasional, or a list
    ///
    /// A list such as flapping-404=0.05,no-licence: the number is the share of the calls. Faults of
    /// the machine list, the census and the software inventory begin with list-, census- and
    /// software-; those of the software vulnerabilities with export-, changes- and hunting-.
    /// half-installed=0.01 makes that share of the machines miss something else than their versions
    /// say. An unknown name prints the full list.
    #[arg(long, value_name = "LIST", default_value = "none")]
    pub faults: Faults,

    /// Serve N tenants, the last of them without consent
    ///
    /// Each has a seed of its own, and a table in tenants.toml in the folder. --port is that of the first.
    #[arg(long, value_name = "N")]
    pub tenants: Option<Whole<1, 1000>>,

    /// Folder for the files of the job
    ///
    /// These are settings, secret, root certificate and machine list.
    #[arg(long, value_name = "DIR", default_value = "simulated-tenant")]
    pub folder: PathBuf,

    /// The console.
    #[command(flatten)]
    pub console: ConsoleFlags,
}

/// The tenant to simulate: the same numbers give the same tenant.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Simulated tenant")]
pub struct Tenant {
    /// Number of machines in the tenant
    #[arg(long, value_name = "N", default_value = "500")]
    pub machines: Whole<1, 100_000>,

    /// Seed: the same one gives the same tenant
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}
