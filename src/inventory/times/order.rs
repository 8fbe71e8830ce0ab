//! The order in which a column writes day, month and year as numbers.

use jiff::civil::Date;

use super::date::Numbers;

/// The order of all dates of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
    /// A year of two digits comes first.
    YearFirst,
    /// No cell settles it, or no cell needs it.
    Unknown,
    /// The cells contradict each other.
    Mixed {
        /// Whether some cells are valid only with the year first.
        years: bool,
    },
}

/// Why a cell cannot be read as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadReason {
    /// It is not in a known format, or too far in the past or the future.
    Form,
    /// No cell of the column shows whether the day or the month comes first.
    Undecided,
    /// Some cells of the column have the day first, others the month.
    Mixed,
}

/// The number of cells that are dates in one order only, by the part that comes first.
#[derive(Debug, Default)]
pub(super) struct Orders {
    with_day: u64,
    with_month: u64,
    with_year: u64,
    /// Cells that are not dates with the year first.
    without_year: u64,
}

impl Orders {
    /// Counts a cell.
    pub(super) fn add(&mut self, numbers: Numbers, is_plausible: impl Fn(Date) -> bool) {
        let day_first = numbers.day_first();
        let month_first = numbers.month_first();
        let year_first = numbers.year_first().filter(|date| is_plausible(*date));
        let is_readable = [day_first, month_first]
            .into_iter()
            .flatten()
            .any(&is_plausible);
        if year_first.is_none() {
            self.without_year += 1;
        }
        match (day_first, month_first) {
            _ if year_first.is_some() && !is_readable => self.with_year += 1,
            (Some(_), None) => self.with_day += 1,
            (None, Some(_)) => self.with_month += 1,
            _ => {}
        }
    }

    /// The order that all counted cells imply.
    pub(super) const fn decide(&self) -> Order {
        match (self.with_day, self.with_month, self.with_year) {
            (_, _, 1..) if self.without_year == 0 => Order::YearFirst,
            (0, 0, 0) => Order::Unknown,
            (_, 0, 0) => Order::DayFirst,
            (0, _, 0) => Order::MonthFirst,
            (_, _, years) => Order::Mixed { years: years > 0 },
        }
    }
}

impl Order {
    /// The date that three numbers stand for. If the order is unknown, there is one only if every
    /// valid order gives the same date.
    pub(super) fn date(self, numbers: Numbers) -> Option<Date> {
        match self {
            Self::DayFirst => numbers.day_first(),
            Self::MonthFirst => numbers.month_first(),
            Self::YearFirst => numbers.year_first(),
            Self::Mixed { years: true } if numbers.year_first().is_some() => None,
            Self::Unknown | Self::Mixed { .. } => only_one(numbers),
        }
    }

    /// Why these numbers cannot be read as a date in this order.
    pub(super) fn unread_reason(self, numbers: Numbers) -> UnreadReason {
        let is_date = numbers.day_first().or(numbers.month_first()).is_some();
        match self {
            Self::Unknown if is_date => UnreadReason::Undecided,
            Self::Mixed { .. } if is_date => UnreadReason::Mixed,
            _ => UnreadReason::Form,
        }
    }
}

/// The date, if only one of the orders is valid or both give the same date.
fn only_one(numbers: Numbers) -> Option<Date> {
    match (numbers.day_first(), numbers.month_first()) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one.or(other),
    }
}
