//! The feeds and the policy of a run.

use std::sync::Arc;

use jiff::Timestamp;

use super::{feeds::SharedFeeds, policy::read_policy};
use crate::{config::Config, policy::Policy, risk::Feeds, run::RunError};

/// The feeds and the policy, which decide which gaps matter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Criteria {
    /// The feeds of CVEs (KEV, EPSS, MSRC).
    pub(crate) feeds: Arc<Feeds>,
    /// Which gaps are accepted or overdue.
    pub(crate) policy: Arc<Policy>,
}

impl Criteria {
    /// Reads the criteria of a configuration.
    pub(in crate::run) fn read(
        config: &Config,
        feeds: &SharedFeeds,
        now: Timestamp,
    ) -> Result<Self, RunError> {
        let feeds = feeds.of(config, now)?;
        let policy = read_policy(config, &feeds)?;
        Ok(Self { feeds, policy })
    }
}
