//! The progress display. Others call this module with events; it calls none of them.

mod bar;
mod board;
mod canvas;
mod drawing;
mod lines;

use std::{io::IsTerminal, time::Duration};

use jiff::{Timestamp, ZonedDateTime};
use tracing::info;

pub(crate) use self::bar::TenantBars;
pub use self::bar::{Bar, BarWriter};
use self::lines::Lines;
use crate::{collect::Progress, domain::words::words, quota::Pace};

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

/// The time between two log lines, and between two updates of the bar.
const LOG_PERIOD: Duration = Duration::from_mins(1);
const BAR_PERIOD: Duration = Duration::from_millis(250);

/// Shows progress in the chosen mode.
#[derive(Debug)]
pub struct Display {
    kind: Kind,
    pace: Pace,
    until: Option<Timestamp>,
}

#[derive(Debug)]
enum Kind {
    Bar(Bar),
    Log,
    Off,
}

impl Display {
    /// A display for a run at this pace that stops at `until`; a bar is drawn on `bar`.
    pub fn new(mode: ProgressMode, bar: &Bar, pace: Pace, until: Option<Timestamp>) -> Self {
        let kind = match mode {
            ProgressMode::Off => Kind::Off,
            ProgressMode::Bar => Kind::Bar(bar.clone()),
            ProgressMode::Auto if std::io::stderr().is_terminal() => Kind::Bar(bar.clone()),
            ProgressMode::Log | ProgressMode::Auto => Kind::Log,
        };
        Self { kind, pace, until }
    }

    /// How often the display is updated; `None` for never.
    pub fn period(&self) -> Option<Duration> {
        match self.kind {
            Kind::Bar(_) => Some(BAR_PERIOD),
            Kind::Log => Some(LOG_PERIOD),
            Kind::Off => None,
        }
    }

    /// Before the first call: shows how much there is to request, and when the run will end.
    pub fn plan(&self, progress: &Progress, now: &ZonedDateTime) {
        let Some(plan) = lines::plan(progress, self.pace, self.until, now) else {
            return;
        };
        match &self.kind {
            Kind::Bar(bar) => bar.print(&plan),
            Kind::Log => info!(
                target: "patchgap::progress",
                machines = progress.counts.machines,
                calls = progress.counts.left(),
                remaining_s = progress.remaining.as_secs(),
                remaining_at_least_s = progress.remaining_at_least.as_secs(),
                remaining_at_most_s = progress.remaining_at_most.as_secs(),
                "{plan}"
            ),
            Kind::Off => {}
        }
    }

    /// Shows the progress at `now`.
    pub fn show(&self, progress: &Progress, now: &ZonedDateTime) {
        let lines = Lines::new(progress, self.until, now);
        match &self.kind {
            Kind::Bar(bar) => bar.show(progress.counts, &lines),
            Kind::Log => info!(
                target: "patchgap::progress",
                done = progress.counts.done(),
                machines = progress.counts.machines,
                sent = progress.requests.sent,
                remaining_s = progress.remaining.as_secs(),
                remaining_at_least_s = progress.remaining_at_least.as_secs(),
                remaining_at_most_s = progress.remaining_at_most.as_secs(),
                "{}", lines.one_line()
            ),
            Kind::Off => {}
        }
    }

    /// Clears the bar, so that later output starts on a clean line. In log mode, prints a last line if
    /// nothing is left to do: otherwise a run shorter than the log period would seem to have ended where it
    /// began.
    pub fn finish(&self, progress: &Progress, now: &ZonedDateTime) {
        let counts = progress.counts;
        match &self.kind {
            Kind::Bar(bar) => bar.clear(),
            Kind::Log if counts.done() == counts.machines => self.show(progress, now),
            Kind::Log | Kind::Off => {}
        }
    }
}
