//! The local time zone: the one named by `TZ`, else the system's.

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};

use super::{ConfigError, Environment};
use crate::domain::quotes::unquoted;

/// The variable that names the time zone.
const VARIABLE: &str = "TZ";

impl Environment {
    /// The local time now. If `TZ` names an unknown zone, times are in UTC, and settings that
    /// depend on the local time are refused.
    pub fn now(&self) -> ZonedDateTime {
        let zone = TimeZone::try_system().unwrap_or_else(|_| self.zone());
        Timestamp::now().to_zoned_datetime(zone)
    }

    /// The fallback if neither `TZ` as written nor the system gives a time zone.
    fn zone(&self) -> TimeZone {
        let name = self.zone_name();
        let name = name.trim_start_matches(':');
        if name.is_empty() {
            return TimeZone::UTC;
        }
        let zone = TimeZone::get(name).or_else(|_| TimeZone::posix(name));
        zone.unwrap_or(TimeZone::unknown())
    }

    /// The value of `TZ`, trimmed; empty if it is not set.
    fn zone_name(&self) -> String {
        let name = self.get(VARIABLE).unwrap_or_default().to_string_lossy();
        unquoted(name.trim()).trim().to_owned()
    }

    /// The warning that times are in UTC because the time zone is unknown.
    pub(super) fn zone_warning(&self, started: &ZonedDateTime) -> Option<String> {
        started.time_zone().is_unknown().then(|| {
            format!(
                "environment variable TZ: unknown time zone `{}`; times are in UTC",
                self.zone_name().escape_debug()
            )
        })
    }

    /// Returns an error if the local time zone is unknown; `what` depends on it.
    pub(super) fn require_zone(
        &self,
        started: &ZonedDateTime,
        what: &str,
    ) -> Result<(), ConfigError> {
        if !started.time_zone().is_unknown() {
            return Ok(());
        }
        Err(ConfigError::UnknownZone {
            zone: self.zone_name().escape_debug().to_string(),
            what: what.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Folders;

    fn environment(zone: &str) -> Environment {
        Environment::new([(VARIABLE.into(), zone.into())], Folders::default())
    }

    #[test]
    fn zones_are_parsed_without_the_system_database() {
        let summer: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        for (name, offset) in [
            ("Europe/Berlin", Some(2)),
            ("Europe/Berlin ", Some(2)),
            ("Europe/Berlin\r\n", Some(2)),
            ("\"Europe/Berlin\"", Some(2)),
            ("'Europe/Berlin' ", Some(2)),
            (":Europe/Berlin", Some(2)),
            ("europe/berlin", Some(2)),
            ("Asia/Kolkata", Some(5)),
            ("UTC", Some(0)),
            ("CET-1CEST,M3.5.0,M10.5.0/3", Some(2)),
            ("", Some(0)),
            (" ", Some(0)),
            ("\"\"", Some(0)),
            ("Nowhere/City", None),
            ("Europe", None),
            ("CET-1CEST", None),
            ("/no/such/file", None),
            ("../../etc/passwd", None),
            ("+02:00", None),
        ] {
            let zone = environment(name).zone();
            assert_eq!(zone.is_unknown(), offset.is_none(), "{name}");
            let hours = zone.to_offset(summer).seconds() / 3600;
            assert_eq!(hours, offset.unwrap_or(0), "{name}");
        }
    }

    #[test]
    fn settings_that_need_an_unknown_zone_are_refused() {
        let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        let environment = environment("Nowhere/City\u{1b}");
        let known = now.to_zoned_datetime(TimeZone::UTC);
        assert_eq!(environment.zone_warning(&known), None);
        assert!(environment.require_zone(&known, "x").is_ok());
        let unknown = now.to_zoned_datetime(TimeZone::unknown());
        let warning = environment.zone_warning(&unknown).unwrap();
        assert!(
            warning.contains("unknown time zone `Nowhere/City\\u{1b}`"),
            "{warning}"
        );
        let error = environment
            .require_zone(&unknown, "--until 06:00")
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with(", and --until 06:00 depends on it"),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("Europe/Berlin"));
    }
}
