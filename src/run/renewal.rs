//! Warns before a credential expires.

use jiff::{SignedDuration, Timestamp};

use crate::{config::Config, defender::auth::certificate_end, domain::text::span};

/// How long before its end a credential should be renewed.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether a credential ends so soon that it should be renewed.
pub(crate) fn is_soon(end: Timestamp, now: Timestamp) -> bool {
    end.duration_since(now) < RENEW_BEFORE
}

/// The warning that the certificate of the sign-in should be renewed, if so.
pub(crate) fn renewal(config: &Config, now: Timestamp) -> Option<String> {
    let end = certificate_end(&config.sign_in)?;
    is_soon(end, now).then(|| text(end, now))
}

/// `the certificate of the sign-in ends at 2026-12-12T00:00:00Z, in 11 d: renew it`.
fn text(end: Timestamp, now: Timestamp) -> String {
    match std::time::Duration::try_from(end.duration_since(now)) {
        Ok(left) => format!(
            "the certificate of the sign-in ends at {end:.0}, in {}: renew it",
            span(left)
        ),
        Err(_) => format!("the certificate of the sign-in ended at {end:.0}: renew it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_thirty_days_are_soon() {
        let now = Timestamp::UNIX_EPOCH;
        for (days, expected) in [(-1, true), (29, true), (30, false), (400, false)] {
            let end = now + SignedDuration::from_hours(days * 24);
            assert_eq!(is_soon(end, now), expected, "{days}");
        }
    }

    #[test]
    fn warning_names_the_end_and_the_time_left() {
        let now = Timestamp::UNIX_EPOCH;
        for (days, expected) in [
            (11, "ends at 1970-01-12T00:00:00Z, in 11 d: renew it"),
            (-1, "ended at 1969-12-31T00:00:00Z: renew it"),
        ] {
            let end = now + SignedDuration::from_hours(days * 24);
            let expected = format!("the certificate of the sign-in {expected}");
            assert_eq!(text(end, now), expected);
        }
    }
}
