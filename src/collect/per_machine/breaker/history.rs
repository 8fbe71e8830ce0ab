//! The attempts of one call, and what was seen of the service meanwhile.

use crate::collect::per_machine::retry::FailureCounts;

/// The failed attempts of one call, and what the circuit had seen then.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct CallHistory {
    pub(crate) failures: FailureCounts,
    /// Outages that had begun when the last attempt was sent.
    pub(crate) outages: u64,
    /// Answers that had arrived when this call was first refused as if the whole run were.
    pub(crate) refused_at: Option<u64>,
    /// Signs of life when the last attempt failed.
    pub(super) signs: Option<u64>,
    /// Whether the service worked after a failure: then failing is this machine's way.
    is_own: bool,
}

impl CallHistory {
    /// What a call goes on with after a long wait: what was seen of the service before it says
    /// nothing any more.
    pub(crate) fn after_a_wait(&self) -> Self {
        Self {
            failures: self.failures,
            outages: self.outages,
            ..Self::default()
        }
    }

    /// An attempt is sent when so many outages have begun: attempts before the last one do not
    /// count.
    pub(crate) fn sending(&mut self, outages: u64) {
        if self.outages != outages {
            *self = Self {
                outages,
                ..Self::default()
            };
        }
    }

    /// Counts a failure after so many signs of life, and returns whether it may be the service's.
    pub(super) fn fail(&mut self, signs: u64) -> bool {
        self.is_own |= self.signs.is_some_and(|earlier| signs > earlier);
        self.signs = Some(signs);
        !self.is_own
    }
}
