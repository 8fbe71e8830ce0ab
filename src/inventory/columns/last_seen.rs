//! Finds and reads the column with the time at which each machine was last seen.

use jiff::{SignedDuration, Timestamp};

use super::machine_names::plain_names;
use crate::inventory::times::{Times, UnreadReason};

/// Names of such a column in order of preference, in lower-case letters only, without separators
/// and without [`PREFIXES`] and [`SUFFIXES`].
const NAMES: [&str; 2] = ["lastseen", "lastdeviceupdate"];

/// Prefixes that name the device.
const PREFIXES: [&str; 6] = ["device", "machine", "computer", "host", "sensor", "max"];

/// Suffixes, in any order and number.
const SUFFIXES: [&str; 10] = [
    "datetime",
    "timestamp",
    "time",
    "date",
    "utc",
    "gmt",
    "local",
    "on",
    "at",
    "z",
];

/// After this long without contact the service no longer knows the state of a machine, and answers
/// as if nothing were missing.
const SILENT_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many characters of a cell are shown as an example.
const EXAMPLE_LENGTH: usize = 60;

/// How a list writes the time at which its machines were last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSeen {
    times: Times,
}

/// Cells that cannot be read as a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The number of machines with such a cell.
    pub machines: u64,
    /// The first of these cells.
    pub example: String,
    /// Why it cannot be read.
    pub reason: UnreadReason,
}

impl LastSeen {
    /// Detects the format from all the cells of a column. `now` is the time at which the list was
    /// written, or somewhat later: a later time is not valid.
    pub fn of(cells: impl Iterator<Item = impl AsRef<str>>, now: Timestamp) -> Self {
        Self {
            times: Times::of(cells, now),
        }
    }

    /// The time in a cell; `None` if it cannot be read.
    pub fn read(&self, cell: &str) -> Option<Timestamp> {
        self.times.read(cell)
    }

    /// Whether a machine with this cell had been silent at the time `at` for too long for an empty
    /// answer to mean anything. False if the cell cannot be read.
    pub fn was_silent(&self, cell: &str, at: Timestamp) -> bool {
        self.times
            .read(cell)
            .is_some_and(|seen| is_silent(seen, at))
    }

    /// Whether the cell holds text that cannot be read as a time.
    pub fn is_unread(&self, cell: &str) -> bool {
        !cell.trim().is_empty() && self.times.read(cell).is_none()
    }

    /// The cells that cannot be read; `None` if all can.
    pub fn unread<'cells>(&self, cells: impl Iterator<Item = &'cells str>) -> Option<Unread> {
        let mut unread = cells.filter(|cell| self.is_unread(cell));
        let first = unread.next()?;
        Some(Unread {
            example: first.chars().take(EXAMPLE_LENGTH).collect(),
            reason: self.times.unread_reason(first),
            machines: 1 + unread.count() as u64,
        })
    }
}

/// Whether a machine that was last seen then had been silent at the time `at` for so long that an empty answer
/// means nothing.
pub fn is_silent(seen: Timestamp, at: Timestamp) -> bool {
    at.duration_since(seen) > SILENT_AFTER
}

impl Unread {
    /// A sentence with an example from the column of this name, and the reason why it cannot be
    /// read.
    pub fn sentence(&self, column: &str) -> String {
        let example = &self.example;
        match self.reason {
            UnreadReason::Form => format!(
                "column `{column}` contains values such as `{example}`, which cannot be read as \
                 a time (2026-11-23T22:00:00Z can)"
            ),
            UnreadReason::Undecided => format!(
                "column `{column}` contains values such as `{example}`, and no cell shows \
                 whether the day or the month comes first"
            ),
            UnreadReason::Mixed => format!(
                "column `{column}` contains values such as `{example}`, some with the day first \
                 and others with the month first"
            ),
        }
    }
}

/// The position of the column with the time last seen, if there is one.
pub(crate) fn last_seen_column(columns: &[String]) -> Option<usize> {
    let names = plain_names(columns);
    NAMES.iter().find_map(|wanted| {
        let exactly = names.iter().position(|name| name == wanted);
        exactly.or_else(|| names.iter().position(|name| is_called(name, wanted)))
    })
}

/// Whether a normalised column name is `wanted`, with an optional prefix and any suffixes.
fn is_called(name: &str, wanted: &str) -> bool {
    let prefixes = PREFIXES.into_iter().chain([""]);
    let mut rests = prefixes.filter_map(|prefix| name.strip_prefix(prefix)?.strip_prefix(wanted));
    rests.any(is_suffix)
}

fn is_suffix(rest: &str) -> bool {
    let is_digits = rest.bytes().all(|byte| byte.is_ascii_digit());
    let mut shorter = SUFFIXES
        .iter()
        .filter_map(|suffix| rest.strip_prefix(suffix));
    // `UTC+01:00` leaves digits.
    is_digits || shorter.any(is_suffix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read_from;

    fn column(names: &str) -> Option<usize> {
        let list = format!("id,{names}\n{},x,y,z\n", "07".repeat(20));
        let inventory = read_from(list.as_bytes(), "list.csv", None).unwrap();
        inventory.last_seen_column()
    }

    #[test]
    fn last_seen_column_is_recognised_by_name() {
        for name in [
            "lastSeen",
            "Last seen",
            "last_seen",
            "LAST-SEEN",
            "LastSeen [UTC]",
            "Last seen (UTC)",
            "Last seen (UTC+01:00)",
            "Last seen (GMT)",
            "lastSeenDateTime",
            "lastSeenTime",
            "Last Seen Date",
            "Last Seen Date/Time (UTC)",
            "LastSeenTimestamp",
            "last_seen_at",
            "Last seen on",
            "Device last seen",
            "machineLastSeen",
            "max_LastSeen",
            "Last device update",
            "Last device update (UTC)",
            "lastDeviceUpdateTime",
            "\"Last seen:\"",
            "input.lastSeen",
        ] {
            assert_eq!(column(name), Some(0), "{name}");
        }
        for name in [
            "First seen",
            "Last seen by",
            "lastSeenUser",
            "Last seen status",
            "Last update",
            "Unseen",
            "Last",
            "seen",
        ] {
            assert_eq!(column(name), None, "{name}");
        }
    }

    #[test]
    fn plainest_column_name_wins() {
        assert_eq!(column("lastSeenDate,Last device update,lastSeen"), Some(2));
        assert_eq!(column("Last device update,lastSeenDate"), Some(1));
        assert_eq!(
            column("Last device update (UTC),Last device update"),
            Some(1)
        );
    }

    #[test]
    fn machine_not_seen_for_a_month_is_silent() {
        let now: Timestamp = "2026-11-29T12:00:00Z".parse().unwrap();
        let last_seen = LastSeen::of(std::iter::empty::<&str>(), now);
        for (cell, silent) in [
            ("2026-10-30T12:00:00Z", false),
            ("2026-10-30T11:59:59Z", true),
            ("2026-11-29", false),
            ("2027-03-01", false),
            ("1601-01-01T00:00:00Z", false),
            ("0001-01-01T00:00:00Z", false),
            ("never", false),
            ("", false),
        ] {
            assert_eq!(last_seen.was_silent(cell, now), silent, "{cell}");
        }
    }
}
