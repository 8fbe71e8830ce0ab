//! Time formats of the reports.

use jiff::{Timestamp, tz::TimeZone};

/// RFC 3339 in UTC, to the second: `2026-11-23T13:00:00Z`.
pub(super) fn rfc3339(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// The local day: `2026-11-22`.
pub(super) fn local_day(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone, "%Y-%m-%d")
}

/// The local minute: `2026-11-22 13:59`.
pub(super) fn local_minute(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone, "%Y-%m-%d %H:%M")
}

/// The local minute with its zone: `2026-11-22 13:59 CET`.
pub(super) fn zoned_minute(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone, "%Y-%m-%d %H:%M %Z")
}

/// The local time in a format of [`jiff::fmt::strtime`].
pub(super) fn local(time: Timestamp, zone: &TimeZone, format: &str) -> String {
    let local = time.to_zoned_datetime(zone.clone());
    local.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_a_second_are_dropped() {
        for text in ["2026-11-23T13:00:00Z", "2026-11-23T13:00:00.999999999Z"] {
            assert_eq!(rfc3339(text.parse().unwrap()), "2026-11-23T13:00:00Z");
        }
    }

    #[test]
    fn local_times_use_the_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let late = "2026-11-22T23:30:00Z".parse().unwrap();
        assert_eq!(local_day(late, &zone), "2026-11-23");
        assert_eq!(local_minute(late, &zone), "2026-11-23 00:30");
        assert_eq!(zoned_minute(late, &zone), "2026-11-23 00:30 CET");
    }
}
