//! The column of a list that says when its machines were last seen.

use jiff::{SignedDuration, Timestamp};

use super::machine_names::plain_names;
use crate::inventory::times::{Times, UnreadReason};

/// What such a column is called, in order of preference: small letters alone, without what stands
/// between the words, and without what [`PREFIXES`] and [`SUFFIXES`] add.
const NAMES: [&str; 2] = ["lastseen", "lastdeviceupdate"];

/// Whose time it is, where the name says so.
const PREFIXES: [&str; 6] = ["device", "machine", "computer", "host", "sensor", "max"];

/// What else the name says, in any order and number.
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

/// After that long without a sign of life the service knows nothing of a machine any more, and
/// answers as if nothing were missing.
const LONG: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Letters of a cell that are shown.
const EXAMPLE: usize = 60;

/// How a list says when its machines were last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSeen {
    times: Times,
}

/// Cells that say something that is not understood as a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// How many machines have such a cell.
    pub machines: u64,
    /// The first of these cells.
    pub example: String,
    /// What would have to be known to understand it.
    pub reason: UnreadReason,
}

impl LastSeen {
    /// How these cells, which are all of a column, are understood. `now` is when the list was
    /// written, or somewhat later: a time after it is none.
    pub fn of(cells: impl Iterator<Item = impl AsRef<str>>, now: Timestamp) -> Self {
        Self {
            times: Times::of(cells, now),
        }
    }

    /// Whether a machine with this cell was silent for so long `at` a time that an empty answer
    /// means nothing. A cell that is not understood says nothing.
    pub fn was_silent(&self, cell: &str, at: Timestamp) -> bool {
        let seen = self.times.read(cell);
        seen.is_some_and(|seen| at.duration_since(seen) > LONG)
    }

    /// Whether the cell says something that is not understood.
    pub fn is_unread(&self, cell: &str) -> bool {
        !cell.trim().is_empty() && self.times.read(cell).is_none()
    }

    /// Those of the cells that are not understood; none where all are.
    pub fn unread<'cells>(&self, cells: impl Iterator<Item = &'cells str>) -> Option<Unread> {
        let mut unread = cells.filter(|cell| self.is_unread(cell));
        let first = unread.next()?;
        Some(Unread {
            example: first.chars().take(EXAMPLE).collect(),
            reason: self.times.unread_reason(first),
            machines: 1 + unread.count() as u64,
        })
    }
}

impl Unread {
    /// What the column of this name says, and why that is not understood.
    pub fn sentence(&self, column: &str) -> String {
        let example = &self.example;
        match self.reason {
            UnreadReason::Form => format!(
                "the column `{column}` says `{example}` or the like, which is not understood as a \
                 time (2026-11-23T22:00:00Z is)"
            ),
            UnreadReason::Undecided => format!(
                "the column `{column}` says `{example}` or the like, and no cell of it shows \
                 whether the day or the month comes first"
            ),
            UnreadReason::Mixed => format!(
                "the column `{column}` says `{example}` or the like, and has cells with the day \
                 first and others with the month first"
            ),
        }
    }
}

/// The column that says when the machines were last seen, if there is one.
pub(crate) fn last_seen_column(columns: &[String]) -> Option<usize> {
    let names = plain_names(columns);
    NAMES.iter().find_map(|wanted| {
        let exactly = names.iter().position(|name| name == wanted);
        exactly.or_else(|| names.iter().position(|name| is_called(name, wanted)))
    })
}

/// Whether a column's name, in letters alone, is this one with a word before it or behind it.
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
    fn its_name_may_say_more() {
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
    fn the_plainest_name_is_meant() {
        assert_eq!(column("lastSeenDate,Last device update,lastSeen"), Some(2));
        assert_eq!(column("Last device update,lastSeenDate"), Some(1));
        assert_eq!(
            column("Last device update (UTC),Last device update"),
            Some(1)
        );
    }

    #[test]
    fn a_month_without_a_sign_of_life_is_silence() {
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
