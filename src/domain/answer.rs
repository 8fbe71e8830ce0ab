//! What a machine misses: according to which source, and as of when.

use jiff::Timestamp;

use crate::domain::{kb::MissingKbs, keep_alive::KeepAlive, since::MissingSince, words::words};

words! {
    /// Where answers come from. Sources may disagree about a machine without anything having changed.
    pub enum Source {
        /// A call for each machine: `getmissingkbs`.
        Calls = "calls",
    }
}

/// The answer for one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where it comes from.
    pub source: Source,
    /// The time for which it holds: of a call, when the answer had arrived.
    pub as_of: Timestamp,
    /// Whether an earlier process got it.
    pub reused: bool,
    /// The missing KBs.
    pub missing: MissingKbs,
    /// Since when each of them has been missing. Until the answer is compared with an earlier one, the
    /// time of the answer itself.
    pub since: MissingSince,
    /// What is held until it is stored.
    pub keep_alive: KeepAlive,
}

impl Answer {
    /// The answer that these KBs make, in whatever order they came.
    pub fn new(source: Source, as_of: Timestamp, missing: MissingKbs) -> Self {
        Self {
            source,
            as_of,
            reused: false,
            since: MissingSince::all(as_of, missing.len()),
            missing,
            keep_alive: KeepAlive::default(),
        }
    }
}
