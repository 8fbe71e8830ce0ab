//! What is measured.

use clap::{Parser, ValueEnum};
use reqwest::Url;

use super::fleet::Fleet;

/// Measures whole runs of patchgap, and prints a table of ratios.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Options {
    /// Machines of the fleet, or of each tenant
    #[arg(long, default_value_t = 100_000)]
    pub(crate) machines: u64,
    /// Gaps of each machine
    #[arg(long, default_value_t = 8)]
    pub(crate) gaps: u64,
    /// Calls in flight at once
    #[arg(long, default_value_t = 8)]
    pub(crate) connections: u32,
    /// Milliseconds that the service takes for an answer
    #[arg(long, default_value_t = 0)]
    pub(crate) latency: u64,
    /// Fleets of 10,000, 100,000 and 1,000,000 machines, one after the other
    #[arg(long)]
    growth: bool,
    /// Only the reports, each format by itself, of 10,000 machines with 30 gaps each, or of 100,000
    #[arg(long, value_name = "SIZE")]
    pub(crate) reports: Option<Size>,
    /// Only a night by cohorts: the software inventory, and calls for a few of the machines
    #[arg(long)]
    pub(crate) software: bool,
    /// Only feeds of CVEs: 300,000 rows of EPSS and 36 months of MSRC, read for the first time and again
    #[arg(long)]
    pub(crate) feeds: bool,
    /// Only a run by the export of software vulnerabilities
    #[arg(long)]
    pub(crate) export: bool,
    /// Only a run by hunting queries
    #[arg(long)]
    pub(crate) hunting: bool,
    /// Only so many tenants in one run, beside one tenant with as many machines as all of them
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) tenants: Option<u32>,
    /// With --tenants: all at once under a quota each, the largest with --machines, beside its best schedule
    #[arg(long, requires = "tenants")]
    pub(crate) schedule: bool,
    /// Only asks this URL as often as there are machines, with the HTTP client alone.
    #[arg(long, hide = true)]
    pub(crate) bare: Option<Url>,
    /// What cargo adds by itself.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How large the fleet is whose reports are rendered one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// 300,000 gaps.
    Small,
    /// 3,000,000 gaps.
    Large,
}

impl Size {
    /// Its machines; each misses 30 KBs on average, up to 60.
    pub(crate) fn fleet(self) -> Fleet {
        Fleet {
            machines: match self {
                Self::Small => 10_000,
                Self::Large => 100_000,
            },
            gaps: 30,
            is_varied: true,
        }
    }
}

impl Options {
    /// The fleets whose runs are measured.
    pub(crate) fn fleets(&self) -> Vec<Fleet> {
        let fleet = |machines| Fleet {
            machines,
            gaps: self.gaps,
            is_varied: false,
        };
        self.sizes().into_iter().map(fleet).collect()
    }

    fn sizes(&self) -> Vec<u64> {
        if self.growth {
            vec![10_000, 100_000, 1_000_000]
        } else {
            vec![self.machines]
        }
    }
}
