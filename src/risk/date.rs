//! Dates in feeds, with or without a time.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::error::Problem;

/// The date at the start of a text: `2026-11-10`, `2026-11-10T08:00:00`. `None` if there is none.
pub(super) fn date(text: &str) -> Option<Date> {
    let (date, rest) = text.trim().split_at_checked(10)?;
    let is_end = rest.is_empty() || rest.starts_with(['T', 't', ' ']);
    // Exactly a date: the parser would accept a time as well.
    let date = date.parse().ok()?;
    is_end.then_some(date)
}

/// The date, unless it is later than tomorrow: clocks and time zones differ by that much.
pub(super) fn not_in_future(date: Date, now: Timestamp) -> Result<Date, Problem> {
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    match today.tomorrow() {
        Ok(tomorrow) if date > tomorrow => Err(Problem::Future(date)),
        _ => Ok(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_or_without_a_time() {
        for (text, expected) in [
            ("2026-11-10", Some("2026-11-10")),
            (" 2026-11-10T08:00:00 ", Some("2026-11-10")),
            ("2025-08-25T17:04:19.9796Z", Some("2025-08-25")),
            ("2026-09-13T00:00:00+0000", Some("2026-09-13")),
            ("2026-02-30", None),
            ("2026-11-101", None),
            ("2026.11.10", None),
            ("10/11/2026", None),
            ("é026-11-10", None),
            ("", None),
        ] {
            let read = date(text).map(|it| it.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn only_tomorrow_is_not_yet_the_future() {
        let now: Timestamp = "2026-11-30T07:00:00Z".parse().unwrap();
        for (text, is_fine) in [
            ("2026-11-30", true),
            ("2026-12-01", true),
            ("2026-12-02", false),
        ] {
            let date = date(text).unwrap();
            assert_eq!(not_in_future(date, now).is_ok(), is_fine, "{text}");
        }
    }
}
