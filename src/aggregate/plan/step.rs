//! One of the updates to install.

use jiff::civil::Date;

/// One of the updates to install, with the effect of it and of those before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::aggregate) struct Step {
    /// The index of the update among the fleet's.
    pub(in crate::aggregate) kb: usize,
    /// The indices of all updates that it covers.
    pub(in crate::aggregate) covers: Vec<usize>,
    /// The number of machines that miss it and on which its risk is not accepted.
    pub(in crate::aggregate) machines: u64,
    /// The exposure of it on these machines.
    pub(in crate::aggregate) exposure: u64,
    /// The number of updates of which it closes gaps, itself included.
    pub(in crate::aggregate) closes: u64,
    /// The gaps that are known to be exploited among those that it closes.
    pub(in crate::aggregate) exploited: u64,
    /// The earliest date by which CISA wants one of those closed.
    pub(in crate::aggregate) due: Option<Date>,
    /// The effect so far.
    pub(in crate::aggregate) so_far: SoFar,
}

/// The effect of an update and of those before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SoFar {
    /// The gaps that they close.
    pub gaps: u64,
    /// The updates that these gaps are of.
    pub kbs: u64,
    /// The exposure of these gaps.
    pub exposure: u64,
    /// The machines with such a gap.
    pub machines: u64,
    /// Their gaps that are known to be exploited.
    pub exploited: u64,
    /// The CVEs that these updates address, each once, as far as they are known; `None` if none is.
    pub cves: Option<u64>,
}
