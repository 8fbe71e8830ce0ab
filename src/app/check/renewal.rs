//! When a credential is to be renewed.

use jiff::{SignedDuration, Timestamp};

/// How long before its end a credential is to be renewed.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether a credential ends so soon that somebody has to renew it.
pub(super) fn is_soon(end: Timestamp, now: Timestamp) -> bool {
    end.duration_since(now) < SOON
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
}
