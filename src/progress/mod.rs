//! What people see while the run goes on. Others call this room with what happened; it calls none.

mod bar;
mod lines;

use std::{io::IsTerminal, time::Duration};

use jiff::{Timestamp, ZonedDateTime};
use tracing::info;

pub use self::bar::{Bar, BarWriter};
use self::lines::Lines;
use crate::{collect::Progress, domain::words::words, quota::Rules};

words! {
    /// How progress is shown.
    pub enum ProgressMode {
        /// A bar on a terminal, log lines elsewhere.
        Auto = "auto",
        /// A bar.
        Bar = "bar",
        /// One log line a minute.
        Log = "log",
        /// Nothing.
        Off = "off",
    }
}

/// The span between two log lines, and between two updates of the bar.
const LOG_PERIOD: Duration = Duration::from_mins(1);
const BAR_PERIOD: Duration = Duration::from_millis(250);

/// Shows progress in the way that was chosen.
#[derive(Debug)]
pub struct Display {
    kind: Kind,
    rules: Rules,
    until: Option<Timestamp>,
}

#[derive(Debug)]
enum Kind {
    Bar(Bar),
    Log,
    Off,
}

impl Display {
    /// A display for a run under these rules, which stops at `until`; a bar is
    /// drawn on `bar`.
    pub fn new(mode: ProgressMode, bar: &Bar, rules: Rules, until: Option<Timestamp>) -> Self {
        let kind = match mode {
            ProgressMode::Off => Kind::Off,
            ProgressMode::Bar => Kind::Bar(bar.clone()),
            ProgressMode::Auto if std::io::stderr().is_terminal() => Kind::Bar(bar.clone()),
            ProgressMode::Log | ProgressMode::Auto => Kind::Log,
        };
        Self { kind, rules, until }
    }

    /// How often it is to be shown anew; `None` for never.
    pub fn period(&self) -> Option<Duration> {
        match self.kind {
            Kind::Bar(_) => Some(BAR_PERIOD),
            Kind::Log => Some(LOG_PERIOD),
            Kind::Off => None,
        }
    }

    /// Says before the first call what there is to ask, and when the run will have ended.
    pub fn plan(&self, progress: &Progress, now: &ZonedDateTime) {
        let Some(plan) = lines::plan(progress, &self.rules, self.until, now) else {
            return;
        };
        match &self.kind {
            Kind::Bar(bar) => bar.say(&plan),
            Kind::Log => info!(
                target: "patchgap::progress",
                machines = progress.counts.machines,
                calls = progress.counts.left(),
                remaining_s = progress.remaining.as_secs(),
                remaining_at_most_s = progress.remaining_at_most.as_secs(),
                "{plan}"
            ),
            Kind::Off => {}
        }
    }

    /// Shows where the run stands at `now`.
    pub fn show(&self, progress: &Progress, now: &ZonedDateTime) {
        let lines = Lines::new(progress, &self.rules.limits, self.until, now);
        match &self.kind {
            Kind::Bar(bar) => bar.show(progress.counts, &lines),
            Kind::Log => info!(
                target: "patchgap::progress",
                done = progress.counts.done(),
                machines = progress.counts.machines,
                sent = progress.requests.sent,
                remaining_s = progress.remaining.as_secs(),
                remaining_at_most_s = progress.remaining_at_most.as_secs(),
                "{}", lines.in_one()
            ),
            Kind::Off => {}
        }
    }

    /// Clears the bar away, so that what follows stands on a clean line. A log gets a last
    /// line when there is nothing left to do: a run of less than its period would seem to
    /// have ended where it began.
    pub fn finish(&self, progress: &Progress, now: &ZonedDateTime) {
        let counts = progress.counts;
        match &self.kind {
            Kind::Bar(bar) => bar.clear(),
            Kind::Log if counts.done() == counts.machines => self.show(progress, now),
            Kind::Log | Kind::Off => {}
        }
    }
}
