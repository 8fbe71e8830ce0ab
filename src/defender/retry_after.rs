//! The `Retry-After` header: seconds, or a date.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

/// The longest wait that a reply can ask for. The longest window that the service is known
/// to have is an hour; more than two is a mistake that must not stop a night's run.
const LONGEST: Duration = Duration::from_hours(2);

/// How long the reply asks to wait. A date counts from the reply's own `Date`, because the
/// clock here may differ from the service's.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = text(headers.get(RETRY_AFTER)?)?;
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds)
            .ok()
            .map(|wait| wait.min(LONGEST));
    }
    let date = headers.get(DATE).and_then(text_date).unwrap_or(now);
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(date).unwrap_or_default().min(LONGEST))
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
}

fn text_date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(text(value)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(fields: &[(&'static str, &str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.insert(*name, value.parse().unwrap());
        }
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 12:00:00 GMT").unwrap();
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates() {
        let date = "Mon, 23 Nov 2026 12:00:40 GMT";
        for (fields, expected) in [
            (&[][..], None),
            (&[("retry-after", "17")], Some(17)),
            (&[("retry-after", " 0 ")], Some(0)),
            (&[("retry-after", "1.5")], Some(1)),
            (&[("retry-after", "-5")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "99999999")], Some(7200)),
            (&[("retry-after", date)], Some(40)),
            (
                &[
                    ("retry-after", date),
                    ("date", "Mon, 23 Nov 2026 12:00:30 GMT"),
                ],
                Some(10),
            ),
            (
                &[
                    ("retry-after", date),
                    ("date", "Mon, 23 Nov 2026 13:00:00 GMT"),
                ],
                Some(0),
            ),
        ] {
            assert_eq!(wait(fields), expected, "{fields:?}");
        }
    }
}
