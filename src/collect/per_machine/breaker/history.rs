//! The attempts of one call, and the state of the service meanwhile.

use crate::collect::per_machine::retry::FailureCounts;

/// The failed attempts of one call, and the state of the circuit at the time.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct CallHistory {
    pub(crate) failures: FailureCounts,
    /// The number of outages that had begun when the last attempt was sent.
    pub(crate) outages: u64,
    /// The number of answers received when this call was first refused as if for the whole run.
    pub(crate) refused_at: Option<u64>,
    /// The number of signs of life when the last attempt failed.
    pub(super) signs: Option<u64>,
    /// Whether the service worked after a failure, so that the failures are this machine's own.
    is_own: bool,
}

impl CallHistory {
    /// The history that a call continues with after a long wait: earlier observations of the
    /// service no longer count.
    pub(crate) fn after_a_wait(&self) -> Self {
        Self {
            failures: self.failures,
            outages: self.outages,
            ..Self::default()
        }
    }

    /// Records that an attempt is sent after this number of outages: earlier attempts stop counting
    /// if an outage began since.
    pub(crate) fn sending(&mut self, outages: u64) {
        if self.outages != outages {
            *self = Self {
                outages,
                ..Self::default()
            };
        }
    }

    /// Counts a failure, given the number of signs of life; returns whether it may be the
    /// service's.
    pub(super) fn fail(&mut self, signs: u64) -> bool {
        self.is_own |= self.signs.is_some_and(|earlier| signs > earlier);
        self.signs = Some(signs);
        !self.is_own
    }
}
