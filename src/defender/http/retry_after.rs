//! The `Retry-After` header: seconds, or a date.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

/// The longest wait that a reply can request. The longest known window of the service is an hour;
/// more than two hours is a mistake that must not stop a night's run.
const MAX_WAIT: Duration = Duration::from_hours(2);

/// How long the reply asks to wait; the longest value if there are several. A date is relative to
/// the reply's own `Date`, because the local clock may differ from the service's.
pub(in crate::defender) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let sent = headers.get(DATE).and_then(text).and_then(date);
    let now = sent.unwrap_or(now);
    let lines = headers.get_all(RETRY_AFTER).into_iter();
    let waits = lines.filter_map(|value| wait(text(value)?, now));
    waits.max().map(|wait| wait.min(MAX_WAIT))
}

/// The same, from the values of the two headers.
pub(in crate::defender) fn wait_of(
    text: &str,
    sent: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    let now = sent.and_then(date).unwrap_or(now);
    wait(text, now).map(|wait| wait.min(MAX_WAIT))
}

fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    match date(text) {
        Some(until) => Some(until.duration_since(now).unwrap_or_default()),
        // Proxies join repeated headers with commas.
        None => text.split(',').filter_map(seconds).max(),
    }
}

/// A number of seconds. A number too large for the clock is a very long time; a negative number and
/// other text are ignored.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let is_number = text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.');
    let seconds: f64 = text.parse().ok().filter(|_| is_number)?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
}

/// A date in HTTP's format, or in that of other standards.
fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok().or_else(|| {
        let of_mail = || rfc2822::parse(text).ok().map(|date| date.timestamp());
        let date: Option<Timestamp> = text.parse().ok();
        // Dates that a `SystemTime` cannot hold are too long ago: on Windows it starts in 1601.
        Some(
            date.or_else(of_mail)?
                .try_into()
                .unwrap_or(SystemTime::UNIX_EPOCH),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Mon, 23 Nov 2026 12:00:00 GMT";

    fn wait(fields: &[(&'static str, &str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        retry_after(&headers, date(NOW).unwrap()).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_are_read_in_every_spelling() {
        for (text, expected) in [
            ("17", Some(17)),
            (" 0 ", Some(0)),
            ("1.5", Some(1)),
            (".5", Some(0)),
            ("3600.5", Some(3600)),
            ("1e3", Some(1000)),
            ("0120", Some(120)),
            ("7200", Some(7200)),
            ("7201", Some(7200)),
            ("99999999", Some(7200)),
            ("18446744073709551616", Some(7200)),
            ("99999999999999999999", Some(7200)),
            ("1e23", Some(7200)),
            ("1e400", Some(7200)),
            ("17, 30", Some(30)),
            ("30,soon", Some(30)),
            ("-5", None),
            ("-1e23", None),
            ("soon", None),
            ("", None),
            (",", None),
            ("NaN", None),
            ("nan", None),
            ("inf", None),
            ("infinity", None),
            ("1.2.3", None),
            ("0x10", None),
        ] {
            assert_eq!(wait(&[("retry-after", text)]), expected, "{text}");
        }
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn dates_are_read_in_every_spelling() {
        for (text, expected) in [
            ("Mon, 23 Nov 2026 12:00:40 GMT", Some(40)),
            ("Monday, 23-Nov-26 12:00:40 GMT", Some(40)),
            ("Mon Nov 23 12:00:40 2026", Some(40)),
            ("Mon, 23 Nov 2026 13:00:40 +0100", Some(40)),
            ("2026-11-23T12:00:40Z", Some(40)),
            ("2026-11-23T13:00:40.7+01:00", Some(40)),
            ("Mon, 23 Nov 2026 11:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("0001-01-01T00:00:00Z", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(7200)),
            ("9999-12-30T00:00:00Z", Some(7200)),
            ("Mon, 23 Nov 2026", None),
            ("2026-11-23", None),
        ] {
            assert_eq!(wait(&[("retry-after", text)]), expected, "{text}");
        }
    }

    #[test]
    fn wait_is_relative_to_the_date_header() {
        let until = ("retry-after", "Mon, 23 Nov 2026 12:00:40 GMT");
        for (date, expected) in [
            ("Mon, 23 Nov 2026 12:00:30 GMT", Some(10)),
            ("Mon, 23 Nov 2026 13:00:00 GMT", Some(0)),
            ("some day", Some(40)),
        ] {
            assert_eq!(wait(&[until, ("date", date)]), expected, "{date}");
        }
    }

    #[test]
    fn longest_retry_after_wins() {
        for (lines, expected) in [
            (["17", "30"], Some(30)),
            (["30", "17"], Some(30)),
            (["soon", "17"], Some(17)),
            (["17", "Mon, 23 Nov 2026 12:00:40 GMT"], Some(40)),
            (["-5", "NaN"], None),
        ] {
            let fields = lines.map(|line| ("retry-after", line));
            assert_eq!(wait(&fields), expected, "{lines:?}");
        }
    }
}
