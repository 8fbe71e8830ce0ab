//! Parses the date in a cell, which may be ambiguous without the rest of its column.

use jiff::civil::Date;

use super::scan::{Number, Scan};

/// A date as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenDate {
    /// It is unambiguous.
    Certain(Date),
    /// Three numbers in an unknown order.
    Numbers(Numbers),
}

/// The three numbers of a date, as written: `11/10/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers(Number, Number, Number);

/// Names of months and weekdays; a name may be shortened to three letters.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Numbers {
    /// The date if the day is first, then the month.
    pub(super) fn day_first(self) -> Option<Date> {
        date(self.2, self.1.short()?, self.0)
    }

    /// The date if the month is first, then the day.
    pub(super) fn month_first(self) -> Option<Date> {
        date(self.2, self.0.short()?, self.1)
    }

    /// The date if a year of two digits is first, then the month.
    pub(super) fn year_first(self) -> Option<Date> {
        let year = Some(self.0).filter(|year| year.digits == 2);
        date(year?, self.1.short()?, self.2)
    }
}

/// Parses a date in lower case.
pub(super) fn written_date(scan: &mut Scan<'_>) -> Option<WrittenDate> {
    skip_weekday(scan);
    if scan.peek()?.is_alphabetic() {
        return month_first_in_letters(scan).map(WrittenDate::Certain);
    }
    let first = scan.number()?;
    if first.digits == 4 {
        return year_first(scan, first).map(WrittenDate::Certain);
    }
    let mark = scan.take_any(&['/', '-', '.']);
    let has_space = scan.spaces();
    if scan.peek()?.is_alphabetic() {
        return day_first_in_letters(scan, first).map(WrittenDate::Certain);
    }
    in_numbers(scan, first, mark.filter(|mark| *mark == '.' || !has_space)?)
}

/// Parses `10/01/2026` or `10-01-26`, which are ambiguous, and `01.10.2026`, which is not: with
/// dots the day always comes first.
fn in_numbers(scan: &mut Scan<'_>, first: Number, mark: char) -> Option<WrittenDate> {
    let second = scan.number()?;
    scan.take_any(&[mark])?;
    let _ = mark == '.' && scan.spaces();
    let numbers = Numbers(first, second, scan.number()?);
    match mark {
        '.' => numbers.day_first().map(WrittenDate::Certain),
        _ => Some(WrittenDate::Numbers(numbers)),
    }
}

/// Parses `2026-10-01`, `2026/10/01`, `2026. 10. 1.` or `2026-Oct-01`.
fn year_first(scan: &mut Scan<'_>, year: Number) -> Option<Date> {
    let mark = scan.take_any(&['/', '-', '.'])?;
    let _ = mark == '.' && scan.spaces();
    let month = if scan.peek()?.is_alphabetic() {
        month(scan)?
    } else {
        scan.number()?.short()?
    };
    scan.take_any(&[mark])?;
    let _ = mark == '.' && scan.spaces();
    let day = scan.number()?;
    let _ = mark == '.' && scan.take(".");
    date(year, month, day)
}

/// Parses `Oct 1, 2026` or `October 01 2026`.
fn month_first_in_letters(scan: &mut Scan<'_>) -> Option<Date> {
    let month = month(scan)?;
    scan.spaces().then_some(())?;
    let day = scan.number()?;
    let has_comma = scan.take(",");
    (scan.spaces() || has_comma).then_some(())?;
    date(scan.number()?, month, day)
}

/// Parses the rest of `1 Oct 2026`, `01-Oct-26` or `1. October, 2026`.
fn day_first_in_letters(scan: &mut Scan<'_>, day: Number) -> Option<Date> {
    let month = month(scan)?;
    let has_mark = scan.take_any(&['/', '-', ',']).is_some();
    (scan.spaces() || has_mark).then_some(())?;
    date(scan.number()?, month, day)
}

/// Parses the name of a month, or its first three letters.
fn month(scan: &mut Scan<'_>) -> Option<i8> {
    let word = scan.word();
    scan.take(".");
    let is_sept = |name: &str| word == "sept" && name == "september";
    let is_month = |name: &&str| is_name(name, word) || is_sept(name);
    let position = MONTHS.iter().position(is_month)?;
    i8::try_from(position + 1).ok()
}

/// Skips the day of the week, which adds nothing to the date.
fn skip_weekday(scan: &mut Scan<'_>) {
    let mut after = *scan;
    let word = after.word();
    if WEEKDAYS.iter().any(|name| is_name(name, word)) {
        after.take_any(&[',', '.']);
        after.spaces();
        *scan = after;
    }
}

/// Whether the word is this name, or its first three letters.
fn is_name(name: &str, word: &str) -> bool {
    name == word || word.len() == 3 && name.starts_with(word)
}

fn date(year: Number, month: i8, day: Number) -> Option<Date> {
    Date::new(year.year()?, month, day.short()?).ok()
}
