//! Parses the time of day in a cell, and its offset from UTC.

use jiff::{civil::Time, tz::Offset};

use super::scan::Scan;

/// Parses a time of day: `7:36`, `07:36:21.123`, `7:36:21 AM`, `07.36.21`.
pub(super) fn time_of_day(scan: &mut Scan<'_>) -> Option<Time> {
    let hour = scan.number()?.short()?;
    let mark = scan.take_any(&[':', '.'])?;
    let minute = two_digits(scan)?;
    let (mut second, mut fraction) = (0, 0);
    if scan.take_any(&[mark]).is_some() {
        second = two_digits(scan)?;
        fraction = nanoseconds(scan)?;
    }
    let hour = on_24_hours(hour, half(scan))?;
    Time::new(hour, minute, second, fraction).ok()
}

fn two_digits(scan: &mut Scan<'_>) -> Option<i8> {
    let number = scan.number().filter(|number| number.digits == 2);
    number?.short()
}

/// Parses up to nine decimals of a second.
fn nanoseconds(scan: &mut Scan<'_>) -> Option<i32> {
    if !follows_digit(*scan) || scan.take_any(&['.', ',']).is_none() {
        return Some(0);
    }
    let digits = scan.digits();
    let fits = (1..=9).contains(&digits.len());
    fits.then(|| format!("{digits:0<9}").parse().ok())?
}

/// Whether a decimal mark and then a digit follow: a comma may also end the time.
fn follows_digit(mut scan: Scan<'_>) -> bool {
    scan.take_any(&['.', ',']).is_some() && scan.peek().is_some_and(|it| it.is_ascii_digit())
}

/// Parses `AM` or `PM`, if present: the hour at which that half of the day begins.
fn half(scan: &mut Scan<'_>) -> Option<i8> {
    let mut after = *scan;
    after.spaces();
    let texts = [("a.m.", 0), ("am", 0), ("p.m.", 12), ("pm", 12)];
    let (_, start) = texts.into_iter().find(|(text, _)| after.take(text))?;
    *scan = after;
    Some(start)
}

fn on_24_hours(hour: i8, half: Option<i8>) -> Option<i8> {
    match half {
        None => Some(hour),
        Some(start) => (1..=12).contains(&hour).then_some(hour % 12 + start),
    }
}

/// Parses an offset from UTC: `Z`, `UTC`, `+02:00`, `GMT+0200 (CEST)`; UTC if there is none.
pub(super) fn offset(scan: &mut Scan<'_>) -> Option<Offset> {
    scan.spaces();
    let is_named = ["(utc)", "utc", "gmt", "z"]
        .iter()
        .any(|name| scan.take(name));
    scan.spaces();
    let Some(sign) = scan.take_any(&['+', '-']) else {
        return Some(Offset::UTC);
    };
    let seconds = hours_and_minutes(scan, is_named)?;
    scan.spaces();
    skip_name(scan);
    let seconds = if sign == '-' { -seconds } else { seconds };
    Offset::from_seconds(seconds).ok()
}

/// Parses `02:00`, `0200` or `02`; after the name of UTC also `2`.
fn hours_and_minutes(scan: &mut Scan<'_>, is_named: bool) -> Option<i32> {
    let number = scan.number()?;
    let (hours, minutes) = match number.digits {
        4 => (number.value / 100, number.value % 100),
        2 if scan.take(":") => (number.value, i32::from(two_digits(scan)?)),
        2 => (number.value, 0),
        1 if is_named => (number.value, 0),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(hours * 3600 + minutes * 60)
}

/// Skips the name of the zone in parentheses, which browsers write after its offset.
fn skip_name(scan: &mut Scan<'_>) {
    let mut after = *scan;
    if !after.take("(") {
        return;
    }
    while !after.word().is_empty() || after.spaces() {}
    if after.take(")") {
        *scan = after;
    }
}
