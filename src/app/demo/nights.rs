//! What differs from night to night.

use std::path::Path;

use crate::{
    config::{AnswerSource, Config, Percent},
    progress::ProgressMode,
    quota::{Pace, RateLimits},
    simulator::{Fault, Fleet, Settings},
};

/// The night before a month's updates are released.
pub(super) const FIRST_NIGHT: u32 = 5;
/// A night on which a third of the machines get no answer, which the trend shows.
const PARTIAL_NIGHT: u32 = 8;
/// A night without a run, so that the trend has a gap.
pub(super) const NIGHT_WITHOUT_RUN: u32 = 9;
/// The night that is shown, seven days after the first.
pub(super) const TONIGHT: u32 = 12;

/// The tenant on a given night, without a quota.
pub(super) fn tenant_on(nights: u32, tenant: &Settings) -> Settings {
    let mut tenant = Settings {
        nights,
        limits: RateLimits::default(),
        ..tenant.clone()
    };
    if nights == PARTIAL_NIGHT {
        let fleet = Fleet::after(nights, tenant.seed, tenant.machines);
        let failing = fleet.machines().iter().step_by(3);
        tenant.faults.forever = failing.map(|it| (it.id, Fault::BadRequest)).collect();
    }
    tenant
}

/// The configuration of an earlier night, without delays or output. Its reports are not needed.
pub(super) fn of_earlier_night(tonight: &Config, folder: &Path) -> Config {
    let mut config = tonight.clone();
    config.limits = RateLimits::default();
    config.pace = Pace::default();
    // Answers can only be kept tonight if the software at the time of the answer is known.
    let keeps = config.source.answers.changes;
    config.source.answers = AnswerSource {
        bulk: config.source.answers.bulk,
        ..AnswerSource::CALLS
    };
    config.census = keeps;
    config.cross_check = None;
    config.reports.software = keeps;
    config.progress = ProgressMode::Off;
    config.console.quiet = true;
    config.reports.out = folder.join("earlier");
    config.reports.formats = Vec::new();
    config.reports.targets = 0;
    config.reports.min_coverage = Percent::NONE;
    config
}
