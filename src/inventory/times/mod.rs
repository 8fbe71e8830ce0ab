//! A column of times, in any of the formats that exports use.
//!
//! A cell may be ambiguous: in `11/10/2026` either the day or the month comes first. A column has
//! one order, and a single cell that is a valid date in only one order settles it for the whole
//! column. If there is no such cell, or if they contradict each other, ambiguous cells are not
//! read: the possible dates differ by up to eleven months.

mod clock;
mod date;
mod order;
mod scan;
#[cfg(test)]
mod tests;
mod written;

use jiff::{SignedDuration, Timestamp, civil::Time, tz::Offset};

pub use self::order::UnreadReason;
use self::{
    order::{Order, Orders},
    written::{Written, written},
};

/// How the times of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    order: Order,
    latest: Timestamp,
}

/// Defender for Endpoint did not exist before 2010: an earlier time stands for "never", or is
/// misread.
const EARLIEST: Timestamp = Timestamp::constant(1_262_304_000, 0);

/// How far the clock of a machine may be ahead.
const MAX_CLOCK_LEAD: SignedDuration = SignedDuration::from_hours(24);

impl Times {
    /// Detects the format from these cells. `now` is the time at which they were written, or
    /// somewhat later.
    pub(crate) fn of(cells: impl Iterator<Item = impl AsRef<str>>, now: Timestamp) -> Self {
        let undecided = Self {
            order: Order::Unknown,
            latest: now.saturating_add(MAX_CLOCK_LEAD).unwrap_or(Timestamp::MAX),
        };
        let mut orders = Orders::default();
        for cell in cells {
            if let Some(Written::Numbers { numbers, .. }) = written(cell.as_ref()) {
                let midnight = |date| written::at(date, Time::midnight(), Offset::UTC);
                let is_plausible = |time| undecided.is_plausible(time);
                orders.add(numbers, |date| midnight(date).is_some_and(is_plausible));
            }
        }
        Self {
            order: orders.decide(),
            ..undecided
        }
    }

    /// The time in a cell; `None` if it cannot be read.
    pub(crate) fn read(&self, cell: &str) -> Option<Timestamp> {
        let time = match written(cell)? {
            Written::At(time) => time,
            Written::Numbers {
                numbers,
                time,
                offset,
            } => written::at(self.order.date(numbers)?, time, offset)?,
        };
        self.is_plausible(time).then_some(time)
    }

    fn is_plausible(&self, time: Timestamp) -> bool {
        (EARLIEST..=self.latest).contains(&time)
    }

    /// Why a cell cannot be read.
    pub(crate) fn unread_reason(&self, cell: &str) -> UnreadReason {
        match written(cell) {
            Some(Written::Numbers { numbers, .. }) if self.order.date(numbers).is_none() => {
                self.order.unread_reason(numbers)
            }
            _ => UnreadReason::Form,
        }
    }
}
