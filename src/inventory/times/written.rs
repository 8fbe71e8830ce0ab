//! Parses the time in one cell, which may depend on the order of the column's dates.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

use crate::domain::invisible::is_invisible;

use super::{
    clock::{offset, time_of_day},
    date::{Numbers, WrittenDate, written_date},
    scan::Scan,
};

/// A time as written in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It is unambiguous.
    At(Timestamp),
    /// It depends on the order of the three numbers in its date.
    Numbers {
        numbers: Numbers,
        time: Time,
        offset: Offset,
    },
}

/// Characters that people and programs put around a text to keep a spreadsheet from changing it.
const WRAPPING: [char; 4] = [' ', '"', '\'', '='];

/// Parses a cell in one of the formats that exports use; a time without an offset is in UTC.
pub(super) fn written(cell: &str) -> Option<Written> {
    let text = plain(cell);
    let text = text.trim_matches(WRAPPING);
    let at = || since_1970(text).or_else(|| iso(text)).map(Written::At);
    at().or_else(|| in_parts(text))
        .or_else(|| rfc2822(text).map(Written::At))
}

/// The text in lower case, without invisible characters, and with one kind of space: browsers write
/// a narrow one before `AM`.
fn plain(cell: &str) -> String {
    let seen = cell.chars().filter(|it| !is_invisible(*it));
    let spaced = seen.map(|it| if it.is_whitespace() { ' ' } else { it });
    spaced.map(|it| it.to_ascii_lowercase()).collect()
}

/// Parses seconds since 1970, also with decimals; or milliseconds, microseconds or nanoseconds,
/// distinguished by their length. Windows PowerShell writes milliseconds as
/// `/Date(1790840181000)/`.
fn since_1970(text: &str) -> Option<Timestamp> {
    let inside = text.strip_prefix("/date(");
    let text = inside.and_then(|it| it.strip_suffix(")/")).unwrap_or(text);
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || !(1..=9).contains(&decimals.len()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => {
            let nanoseconds = format!("{decimals:0<9}").parse().ok()?;
            Timestamp::new(number, nanoseconds).ok()
        }
        13 => Timestamp::from_millisecond(number).ok(),
        16 => Timestamp::from_microsecond(number).ok(),
        19 => Timestamp::from_nanosecond(i128::from(number)).ok(),
        _ => None,
    }
}

/// Parses ISO 8601. A year has four digits.
fn iso(text: &str) -> Option<Timestamp> {
    let year = text.as_bytes().first_chunk::<4>()?;
    if !year.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let text = text.to_ascii_uppercase();
    let without_offset = || utc(text.parse().ok()?);
    text.parse().ok().or_else(without_offset)
}

/// Parses a date with an optional time of day.
fn in_parts(text: &str) -> Option<Written> {
    let mut scan = Scan::new(text);
    let date = written_date(&mut scan)?;
    let (mut time, mut shift) = (Time::midnight(), Offset::UTC);
    if !scan.is_at_end() {
        between(&mut scan)?;
        time = time_of_day(&mut scan)?;
        shift = offset(&mut scan)?;
    }
    scan.is_at_end().then_some(())?;
    match date {
        WrittenDate::Certain(date) => at(date, time, shift).map(Written::At),
        WrittenDate::Numbers(numbers) => Some(Written::Numbers {
            numbers,
            time,
            offset: shift,
        }),
    }
}

/// Consumes the separator between date and time.
fn between(scan: &mut Scan<'_>) -> Option<()> {
    let has_mark = scan.take(",") || scan.take("t");
    let has_space = scan.spaces();
    let has_word = scan.take("at ");
    (has_mark || has_space || has_word).then_some(())
}

/// Parses the rarer forms of the mail format (RFC 2822).
fn rfc2822(text: &str) -> Option<Timestamp> {
    let parsed = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(parsed.timestamp())
}

/// The point in time of a local date and time with this offset from UTC.
pub(super) fn at(date: Date, time: Time, offset: Offset) -> Option<Timestamp> {
    let away = SignedDuration::from_secs(i64::from(offset.seconds()));
    utc(date.to_datetime(time))?.checked_sub(away).ok()
}

fn utc(time: DateTime) -> Option<Timestamp> {
    let zoned = time.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}
