//! A point in time that survives a clock that is set.

use std::{fs, sync::LazyLock};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sysinfo::System;

use super::millis;

/// Two readings of the time that part when somebody sets the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) wall_ms: i64,
    /// Since the machine was started; negative where it does not tell.
    pub(super) uptime_s: i64,
    /// A fingerprint of that start; 0 where it has no name.
    pub(super) boot: i64,
}

/// How far the two readings may part by themselves: the machine's up time is told in whole
/// seconds, so that the time between two of its readings is told up to a second wrong.
const ROUNDING_MS: i64 = 1000;
/// Where starts have no names, what counts as a clock that was set: beyond it, the machine
/// was rather started anew, and happens to be up for as long as it was then.
pub(super) const LARGEST_JUMP_MS: i64 = 12 * 60 * 60 * 1000;

/// Where Linux tells one start of the machine from the next. Other systems have nothing like
/// it, and do with the times alone.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

static BOOT: LazyLock<i64> = LazyLock::new(|| fs::read(BOOT_ID).map_or(0, fingerprint));

fn fingerprint(name: Vec<u8>) -> i64 {
    let digest = Sha256::digest(name);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_le_bytes(first)
}

impl Moment {
    /// This moment, by the clock on the wall and by what else there is.
    pub(super) fn now() -> Self {
        Self {
            wall_ms: millis(Timestamp::now()),
            uptime_s: System::uptime().map_or(-1, u64::cast_signed),
            boot: *BOOT,
        }
    }

    /// Milliseconds since an earlier moment: by the clock on the wall, unless that was set
    /// forward since, which the machine's up time tells. Less than nothing where it was set
    /// back.
    pub(super) fn since(self, earlier: Self) -> i64 {
        let by_wall = self.wall_ms - earlier.wall_ms;
        let by_uptime = (self.uptime_s - earlier.uptime_s).saturating_mul(1000);
        let jump = by_wall - by_uptime;
        let can_tell = self.uptime_s >= 0 && earlier.uptime_s >= 0 && by_uptime >= 0;
        let was_set_forward = match (self.boot, earlier.boot) {
            (0, _) | (_, 0) => jump < LARGEST_JUMP_MS,
            (boot, then) => boot == then,
        };
        if can_tell && jump > ROUNDING_MS && was_set_forward {
            // Rather too short than too long: then calls count for too long.
            by_uptime - ROUNDING_MS
        } else {
            by_wall
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn moment(wall_s: i64, uptime_s: i64, boot: i64) -> Moment {
        Moment {
            wall_ms: wall_s * 1000,
            uptime_s,
            boot,
        }
    }

    #[test]
    fn clocks_that_are_set_change_little() {
        let then = moment(0, 500, 7);
        let nameless = moment(0, 500, 0);
        for (what, now, earlier, expected) in [
            ("a minute", moment(60, 560, 7), then, 60),
            ("rounding", moment(2, 501, 7), then, 2),
            ("set back", moment(-HOUR, 560, 7), then, -HOUR),
            ("set forward", moment(HOUR, 560, 7), then, 59),
            ("far forward", moment(90 * HOUR, 560, 7), then, 59),
            ("started anew", moment(24 * HOUR, 560, 8), then, 24 * HOUR),
            ("up for less", moment(HOUR, 30, 0), nameless, HOUR),
            ("nameless", moment(HOUR, 560, 0), nameless, 59),
            ("each day", moment(24 * HOUR, 560, 0), nameless, 24 * HOUR),
            ("no up time", moment(HOUR, -1, 0), nameless, HOUR),
        ] {
            assert_eq!(now.since(earlier), expected * 1000, "{what}");
        }
    }

    #[test]
    fn this_moment_is_now() {
        let then = Moment::now();
        let since = Moment::now().since(then);
        assert!((0..60_000).contains(&since), "{since}");
    }
}
