//! What is measured.

use clap::Parser;

/// Measures whole runs of patchgap, and prints a table of ratios.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Machines of the fleet
    #[arg(long, default_value_t = 100_000)]
    machines: u64,
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
    /// What cargo adds by itself.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// The fleets to be measured.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        if self.growth {
            vec![10_000, 100_000, 1_000_000]
        } else {
            vec![self.machines]
        }
    }
}
