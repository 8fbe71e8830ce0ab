//! What the columns that travel along mean, as far as their names say it: the machines' names,
//! and when they were last seen.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::Inventory;

/// What a column with the names of the machines is called, in order of preference: small
/// letters alone, without what stands between the words.
const NAMES: [&str; 7] = [
    "devicename",
    "computerdnsname",
    "machinename",
    "computername",
    "name",
    "hostname",
    "host",
];

/// What a column is called that says when a machine was last seen, likewise: by the API, in the
/// portal's export, in a query of the portal.
const LAST_SEEN: [&str; 3] = ["lastseen", "lastdeviceupdate", "lastseentime"];

impl Inventory {
    /// The column with the names of the machines, if there is one.
    pub fn name_column(&self) -> Option<usize> {
        self.column_called(&NAMES)
    }

    /// What the list calls a machine: none where it has no such column, or an empty cell.
    pub fn name(&self, position: usize) -> Option<&str> {
        let column = self.name_column()?;
        let name = self.cells.row(position).nth(column)?;
        (!name.is_empty()).then_some(name)
    }

    /// The column that says when the machines were last seen, if there is one.
    pub fn last_seen_column(&self) -> Option<usize> {
        self.column_called(&LAST_SEEN)
    }

    /// How many cells of that column say something that is no time, and the first of them.
    pub fn unreadable_last_seen(&self) -> Option<(u64, &str)> {
        let column = self.last_seen_column()?;
        let rows = (0..self.machines.len()).map(|position| self.cells.row(position));
        let mut unreadable = rows
            .filter_map(|mut row| row.nth(column))
            .filter(|cell| !cell.trim().is_empty() && time(cell).is_none());
        let first = unreadable.next()?;
        Some((1 + unreadable.count() as u64, first))
    }

    /// The first column with the first of these names that there is. A column that gave way to
    /// one of ours counts under its own name.
    fn column_called(&self, wanted: &[&str]) -> Option<usize> {
        let names: Vec<String> = self.columns.iter().map(|name| letters(name)).collect();
        wanted.iter().find_map(|wanted| {
            let is_wanted = |name: &String| name.strip_prefix("input").unwrap_or(name) == *wanted;
            names.iter().position(is_wanted)
        })
    }
}

fn letters(name: &str) -> String {
    let letters = name.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// After that long without a sign of life the service knows nothing of a machine any more, and
/// answers as if nothing were missing.
const LONG: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether a machine that was last seen at the time that this cell says was silent for so long `at`
/// another time that an empty answer means nothing. A cell that says no time says nothing.
pub fn was_silent(last_seen: &str, at: Timestamp) -> bool {
    time(last_seen).is_some_and(|seen| at.duration_since(seen) > LONG)
}

/// The time that a cell says, in one of the ways in which exports write it; without an offset
/// it is UTC. None where it says none.
fn time(cell: &str) -> Option<Timestamp> {
    let cell = cell.trim();
    let utc = |time: DateTime| time.to_zoned_datetime(TimeZone::UTC).ok();
    let written = || cell.parse::<Timestamp>().ok();
    let without_offset = || utc(cell.parse::<DateTime>().ok()?).map(|it| it.timestamp());
    let with_time = || {
        TIMES
            .iter()
            .find_map(|it| DateTime::strptime(it, cell).ok())
    };
    let day = || DAYS.iter().find_map(|it| Date::strptime(it, cell).ok());
    let other = || with_time().or_else(|| day().map(DateTime::from));
    written()
        .or_else(without_offset)
        .or_else(|| utc(other()?).map(|it| it.timestamp()))
}

/// Times as spreadsheets write them in one country or another. Slashes have the month first, dots
/// the day.
const TIMES: [&str; 8] = [
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %I:%M %p",
];
const DAYS: [&str; 3] = ["%m/%d/%Y", "%d.%m.%Y", "%b %d, %Y"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read_from;

    #[test]
    fn exports_write_times_in_many_ways() {
        for (cell, expected) in [
            ("2025-11-10T22:10:40.0000000Z", Some("2025-11-10T22:10:40Z")),
            ("2025-11-10T22:10:40+01:00", Some("2025-11-10T21:10:40Z")),
            ("2025-11-10T22:10:40", Some("2025-11-10T22:10:40Z")),
            (" 2025-11-10 22:10:40 ", Some("2025-11-10T22:10:40Z")),
            ("2025-11-10 22:10:40Z", Some("2025-11-10T22:10:40Z")),
            ("2025-11-10", Some("2025-11-10T00:00:00Z")),
            ("11/10/2025 10:10:40 PM", Some("2025-11-10T22:10:40Z")),
            ("11/10/2025 10:10 PM", Some("2025-11-10T22:10:00Z")),
            ("11/10/2025 22:10", Some("2025-11-10T22:10:00Z")),
            ("11/10/2025", Some("2025-11-10T00:00:00Z")),
            ("10.11.2025 22:10", Some("2025-11-10T22:10:00Z")),
            ("10.11.2025 22:10:40", Some("2025-11-10T22:10:40Z")),
            ("10.11.2025", Some("2025-11-10T00:00:00Z")),
            ("Nov 10, 2025 10:10:40 PM", Some("2025-11-10T22:10:40Z")),
            ("Nov 10, 2025", Some("2025-11-10T00:00:00Z")),
            ("", None),
            ("yesterday", None),
            ("13/13/2025", None),
        ] {
            let expected = expected.map(|time| time.parse().unwrap());
            assert_eq!(time(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn columns_are_known_by_their_names() {
        for (header, name, last_seen) in [
            ("id,Device Name,Last device update", Some(0), Some(1)),
            ("id,lastSeen,computerDnsName", Some(1), Some(0)),
            ("id,host,name", Some(1), None),
            ("id,site,tag", None, None),
        ] {
            let list = format!("{header}\n{},x,y\n", "07".repeat(20));
            let inventory = read_from(list.as_bytes(), "list.csv", None).unwrap();
            assert_eq!(inventory.name_column(), name, "{header}");
            assert_eq!(inventory.last_seen_column(), last_seen, "{header}");
        }
    }
}
