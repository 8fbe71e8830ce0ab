//! The month in which an update was released, which is parsed from its name.

use std::{fmt, num::NonZeroU16};

use jiff::civil::{Date, Weekday};

const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A calendar month. Displayed as `April 2026`; ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseMonth {
    /// Months since January of the year 0. Never zero, so that an `Option` takes no more memory.
    months: NonZeroU16,
}

impl ReleaseMonth {
    /// The month with this number, from 1 to 12, of a year from 1990 to 2099. `None` for any other.
    pub fn new(year: u16, month: u16) -> Option<Self> {
        let is_valid = (1990..2100).contains(&year) && (1..=12).contains(&month);
        let months = is_valid.then(|| year * 12 + month - 1)?;
        Some(Self {
            months: NonZeroU16::new(months)?,
        })
    }

    /// The month of a date; `None` if it is outside these years.
    pub fn of(date: Date) -> Option<Self> {
        let year = u16::try_from(date.year()).ok()?;
        Self::new(year, date.month().unsigned_abs().into())
    }

    /// The month in the name of an update: `March 2020 Security Updates`, or `2020-03 Cumulative
    /// Update`. `None` if the name has none.
    pub fn from_name(name: &str) -> Option<Self> {
        let words: Vec<&str> = name.split_whitespace().collect();
        let written = words
            .windows(2)
            .find_map(|pair| Self::new(year(pair[1])?, month(pair[0])?));
        written.or_else(|| words.iter().find_map(|word| numbered(word)))
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.months.get() / 12
    }

    /// The number of the month in its year, from 1 to 12.
    pub const fn month(self) -> u16 {
        self.months.get() % 12 + 1
    }

    /// The month this many months earlier, or the earliest supported one.
    #[must_use]
    pub const fn earlier(self, months: u16) -> Self {
        let months = self.months.get().saturating_sub(months);
        let months = match NonZeroU16::new(months) {
            Some(months) => months,
            None => NonZeroU16::MIN,
        };
        Self { months }
    }

    /// The second Tuesday of the month, on which its updates are released.
    pub fn patch_tuesday(self) -> Date {
        // Year and month are in range, so the date exists.
        let first = Date::constant(1990, 1, 1).with();
        let (year, month) = (self.year().cast_signed(), self.month());
        let month = i8::try_from(month).unwrap_or(1);
        let first = first.year(year).month(month).build().unwrap_or(Date::MIN);
        first
            .nth_weekday_of_month(2, Weekday::Tuesday)
            .unwrap_or(first)
    }

    /// All months from this one to another, both included. Empty if the other one is earlier.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        let months = (self.months.get()..=last.months.get()).filter_map(NonZeroU16::new);
        months.map(|months| Self { months })
    }
}

/// The number of machines that miss at least one update of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseCount {
    /// The month.
    pub month: ReleaseMonth,
    /// The number of machines.
    pub machines: u64,
}

impl fmt::Display for ReleaseMonth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES[usize::from(self.months.get() % 12)];
        write!(formatter, "{name} {}", self.year())
    }
}

/// The number of a month whose English name starts with the same three letters as the word.
fn month(word: &str) -> Option<u16> {
    let letters = word.get(..3)?;
    let names = (1..).zip(NAMES);
    let mut found = names.filter(|(_, name)| name[..3].eq_ignore_ascii_case(letters));
    found.next().map(|(number, _)| number)
}

fn year(word: &str) -> Option<u16> {
    let digits = word.trim_end_matches(|it: char| !it.is_ascii_digit());
    digits.parse().ok()
}

/// `2020-03`.
fn numbered(word: &str) -> Option<ReleaseMonth> {
    let (digits, month) = word.split_once('-')?;
    ReleaseMonth::new(year(digits)?, month.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_is_parsed_from_the_name() {
        for (name, expected) in [
            ("March 2020 Security Updates", Some("March 2020")),
            ("Security updates of Dec 2025", Some("December 2025")),
            (
                "2026-01 Cumulative Update for Windows",
                Some("January 2026"),
            ),
            ("May 2026, Security Updates", Some("May 2026")),
            ("2026-13 Cumulative Update", None),
            ("2026-00 Cumulative Update", None),
            ("1989-12 Cumulative Update", None),
            ("March 65535", None),
            ("Office 2016", None),
            ("Windows Server 2022", None),
            ("maybe 12", None),
            ("é 2020", None),
            ("", None),
        ] {
            let month = ReleaseMonth::from_name(name).map(|it| it.to_string());
            assert_eq!(month.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn months_are_ordered_by_time() {
        let [december, march] =
            [(2025, 12), (2026, 3)].map(|(year, month)| ReleaseMonth::new(year, month).unwrap());
        assert!(december < march);
        assert_eq!(march.earlier(3), december);
        let months: Vec<_> = december
            .through(march)
            .map(|it| (it.year(), it.month()))
            .collect();
        assert_eq!(months, [(2025, 12), (2026, 1), (2026, 2), (2026, 3)]);
        assert_eq!(march.through(december).count(), 0);
    }
}
