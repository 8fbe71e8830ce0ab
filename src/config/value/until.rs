//! The time at which to stop sending requests.

use std::{fmt, str::FromStr};

use jiff::{
    SignedDuration, Timestamp, ToSpan, ZonedDateTime,
    civil::{DateTime, Time},
    fmt::temporal::Pieces,
};

use super::InvalidValue;

/// How long a time of day may be past before it means the next day: a job that starts late must not
/// run for a whole day.
const LATE: SignedDuration = SignedDuration::from_hours(6);

/// The formats of a time of day.
const TIMES: [&str; 2] = ["%H:%M", "%H:%M:%S"];

/// The formats of a date with its time.
const DATE_TIMES: [&str; 4] = [
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
];

/// A time such as `06:00` or `2026-11-24T06:00`, optionally with an offset from UTC. Without an
/// offset it is local.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Until {
    text: String,
    spec: TimeSpec,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimeSpec {
    /// Every day at this local time.
    Daily(Time),
    /// Once, at this local time.
    Local(DateTime),
    /// Once, at this instant.
    Exact(Timestamp),
    /// Later than the last representable time.
    Never,
}

impl Until {
    /// Whether it is a local time.
    pub(in crate::config) const fn is_local(&self) -> bool {
        !matches!(self.spec, TimeSpec::Exact(_))
    }

    /// The instant meant in a run that began at `started`; `None` if it has passed. A local time
    /// that is skipped when the clocks go forward is moved later by the length of the gap.
    ///
    /// ```
    /// use patchgap::config::Until;
    ///
    /// let until: Until = "06:00".parse()?;
    /// let at = |hour, minute| {
    ///     let started = jiff::civil::datetime(2026, 11, 23, hour, minute, 0, 0).in_tz("UTC")?;
    ///     Ok::<_, jiff::Error>(until.at(&started).map(|end| end.to_string()))
    /// };
    /// assert_eq!(at(22, 0)?.as_deref(), Some("2026-11-24T06:00:00Z"));
    /// assert_eq!(at(6, 5)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, started: &ZonedDateTime) -> Option<Timestamp> {
        let now = started.timestamp();
        match self.spec {
            TimeSpec::Daily(time) => next(time, started),
            TimeSpec::Local(local) => local_instant(local, started),
            TimeSpec::Exact(instant) => Some(instant),
            TimeSpec::Never => Some(Timestamp::MAX),
        }
        .filter(|&end| end > now)
    }
}

/// The next occurrence of the time of day, or the one that has only just passed.
fn next(time: Time, started: &ZonedDateTime) -> Option<Timestamp> {
    let not_before = started.timestamp() - LATE;
    [-1, 0, 1, 2]
        .into_iter()
        .filter_map(|days| started.date().checked_add(days.days()).ok())
        .filter_map(|date| local_instant(date.to_datetime(time), started))
        .find(|&instant| instant > not_before)
}

/// Converts a local time. On the last days of the calendar some local times are not representable
/// as timestamps: they count as the end of time. Those on its first days have passed.
fn local_instant(local: DateTime, started: &ZonedDateTime) -> Option<Timestamp> {
    let zone = started.time_zone().clone();
    match local.to_zoned_datetime(zone) {
        Ok(zoned) => Some(zoned.timestamp()),
        Err(_) => (local > started.datetime()).then_some(Timestamp::MAX),
    }
}

impl FromStr for Until {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.trim();
        parse_spec(plain)
            .map(|spec| Self {
                text: plain.to_owned(),
                spec,
            })
            .ok_or_else(|| {
                let wanted = "a time of day such as 06:00, or a date and time such as \
                              2026-11-24T06:00, local or with an offset (+01:00, Z)";
                InvalidValue::new(text, "time", wanted)
            })
    }
}

fn parse_spec(text: &str) -> Option<TimeSpec> {
    let daily = || {
        TIMES
            .into_iter()
            .find_map(|format| Time::strptime(format, text).ok())
    };
    let local = || {
        DATE_TIMES
            .into_iter()
            .find_map(|format| DateTime::strptime(format, text).ok())
    };
    daily()
        .map(TimeSpec::Daily)
        .or_else(|| local().map(TimeSpec::Local))
        .or_else(|| exact(text))
}

/// Parses a time with its offset. It is still valid if only the offset takes it out of the
/// representable range.
fn exact(text: &str) -> Option<TimeSpec> {
    if let Ok(timestamp) = text.parse() {
        return Some(TimeSpec::Exact(timestamp));
    }
    let pieces = Pieces::parse(text).ok()?;
    let local = pieces.date().to_datetime(pieces.time()?);
    let is_far = local.year() == DateTime::MAX.year();
    (is_far && pieces.offset().is_some()).then_some(TimeSpec::Never)
}

/// The text as given.
impl fmt::Display for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stop time of a run started at this time in Berlin; a dash if it has passed.
    fn end(until: &str, started: &str) -> String {
        let until: Until = until.parse().unwrap();
        let started: ZonedDateTime = format!("{started}[Europe/Berlin]").parse().unwrap();
        until
            .at(&started)
            .map_or_else(|| "-".to_owned(), |end| end.to_string())
    }

    #[test]
    fn time_of_day_is_the_next_one_unless_just_passed() {
        for (until, started, expected) in [
            ("06:00", "2026-11-23T22:00", "2026-11-24T05:00:00Z"),
            ("06:00:30", "2026-11-24T06:00:29", "2026-11-24T05:00:30Z"),
            ("6:00", "2026-11-24T05:59", "2026-11-24T05:00:00Z"),
            ("06:00", "2026-11-24T06:00", "-"),
            ("06:00", "2026-11-24T06:05", "-"),
            ("06:00", "2026-11-24T11:59:59", "-"),
            ("06:00", "2026-11-24T12:00", "2026-11-25T05:00:00Z"),
            ("23:30", "2026-11-24T00:05", "-"),
            ("23:30", "2026-11-24T05:29", "-"),
            ("23:30", "2026-11-24T05:30", "2026-11-24T22:30:00Z"),
            ("00:00", "2026-12-31T23:00", "2026-12-31T23:00:00Z"),
        ] {
            assert_eq!(end(until, started), expected, "{until} at {started}");
        }
    }

    #[test]
    fn date_and_time_are_taken_literally() {
        for (until, expected) in [
            ("2026-11-24T06:00", "2026-11-24T05:00:00Z"),
            ("2026-11-24 06:00", "2026-11-24T05:00:00Z"),
            ("2026-11-24T06:00:30", "2026-11-24T05:00:30Z"),
            (" 2026-11-24 06:00:30 ", "2026-11-24T05:00:30Z"),
            ("2026-11-24T06:00:00Z", "2026-11-24T06:00:00Z"),
            ("2026-11-24T06:00:00-08:00", "2026-11-24T14:00:00Z"),
            ("2026-11-24 06:00+01:00", "2026-11-24T05:00:00Z"),
            ("2026-11-23T13:00", "-"),
            ("2026-11-23T12:00Z", "-"),
            ("2026-11-23T12:00:01Z", "2026-11-23T12:00:01Z"),
            ("2020-01-01T06:00", "-"),
        ] {
            assert_eq!(end(until, "2026-11-23T13:00"), expected, "{until}");
        }
    }

    #[test]
    fn daylight_saving_changes_are_respected() {
        for (until, started, expected) in [
            // 02:00 to 03:00 does not exist: 02:30 is half an hour after the gap.
            ("02:30", "2026-03-29T01:00", "2026-03-29T01:30:00Z"),
            (
                "2026-03-29T02:30",
                "2026-03-28T22:00",
                "2026-03-29T01:30:00Z",
            ),
            // 02:00 to 03:00 occurs twice: the first is taken.
            ("02:30", "2026-10-24T22:00", "2026-10-25T00:30:00Z"),
            ("02:30", "2026-10-25T02:10+01:00", "-"),
            ("06:00", "2026-03-28T22:00", "2026-03-29T04:00:00Z"),
            ("06:00", "2026-10-24T22:00", "2026-10-25T05:00:00Z"),
            // Six hours are elapsed time, whatever the local clock shows.
            ("23:30", "2026-03-29T06:29", "-"),
            ("23:30", "2026-03-29T06:30", "2026-03-29T21:30:00Z"),
        ] {
            assert_eq!(end(until, started), expected, "{until} at {started}");
        }
    }

    #[test]
    fn far_future_is_clamped_and_has_not_passed() {
        let last = Timestamp::MAX.to_string();
        for (until, expected) in [
            ("9999-06-30T23:59", "9999-06-30T21:59:00Z"),
            ("9999-12-30T12:00Z", "9999-12-30T12:00:00Z"),
            ("9999-12-31T23:59", &last),
            ("9999-12-31 23:59:59", &last),
            ("9999-12-31T23:59Z", &last),
            ("9999-12-31T23:59:59-25:59", &last),
            ("9999-12-31T23:59:60Z", &last),
            // A leap second is read as the second before it.
            ("2026-12-31T23:59:60", "2026-12-31T22:59:59Z"),
            ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z"),
            ("23:59:60", "2026-11-23T22:59:59Z"),
            ("0001-01-01T00:00", "-"),
            ("0000-01-01T00:00Z", "-"),
        ] {
            assert_eq!(end(until, "2026-11-23T13:00"), expected, "{until}");
        }
    }

    /// Gaps and folds in zones other than Berlin's.
    #[test]
    fn gaps_and_folds_are_resolved_alike_in_every_zone() {
        for (zone, until, started, expected) in [
            (
                "America/New_York",
                "2026-03-08T02:30",
                "2026-03-07T22:00",
                "2026-03-08T07:30:00Z",
            ),
            (
                "America/New_York",
                "2026-11-01T01:30",
                "2026-10-31T22:00",
                "2026-11-01T05:30:00Z",
            ),
            (
                "Australia/Lord_Howe",
                "2026-10-04T02:15",
                "2026-10-03T22:00",
                "2026-10-03T15:45:00Z",
            ),
            (
                "Asia/Kolkata",
                "9999-12-31T23:59",
                "2026-10-03T22:00",
                "9999-12-31T18:29:00Z",
            ),
            (
                "Pacific/Kiritimati",
                "9999-12-31T23:59",
                "2026-10-03T22:00",
                "9999-12-31T09:59:00Z",
            ),
        ] {
            let started: ZonedDateTime = format!("{started}[{zone}]").parse().unwrap();
            let end = until.parse::<Until>().unwrap().at(&started).unwrap();
            let expected = expected.parse().unwrap_or(Timestamp::MAX);
            assert_eq!(end, expected, "{until} {zone}");
        }
    }

    #[test]
    fn invalid_times_are_refused() {
        for text in [
            "10000-01-01T00:00",
            "10000-01-01T00:00Z",
            "99999-12-31T23:59",
            "+010000-01-01T00:00Z",
            "-1",
            "-06:00",
            "9999-12-32T00:00",
            "9999-12-31T24:00",
            "9999-12-31T23:61Z",
            "2026-11-24T06:00:61",
            "9999-12-31T23:59+99:00",
            "9999-12-31T23:59 tomorrow",
            "",
            "6",
            "06",
            "24:00",
            "06:60",
            "6am",
            "2h",
            "tomorrow",
            "2026-11-24",
            "06:00Z",
            "06:00 +01:00",
            "2026-02-30T06:00",
            "2026-11-24T06:00+99:00",
            "11/24/2026 06:00",
        ] {
            let error = text.parse::<Until>().unwrap_err();
            assert_eq!(error.found, text);
        }
    }
}
