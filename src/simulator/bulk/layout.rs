//! The distribution of rows over files: one or more files for each device group, and some machines in two of
//! them.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use super::rows::JsonRows;
use crate::simulator::{chance::chance, listing::Entry};

/// The maximum number of machines of a group in one file.
const MACHINES_PER_FILE: usize = 4_000;
/// One machine in this many has every other row in the next file of its group.
const SPREAD_EVERY: usize = 10;
/// One machine in this many has its first row repeated at the end of its file.
const REPEATED_EVERY: usize = 20;

/// A line that is not JSON.
const NOT_JSON: &[u8] = b"{\"DeviceId\":\"0f3c5a7e9b1d2f4a6c8e0a2b4c6d8e0f1a3b5c7d\",\"Softw\n";

/// One file of an export.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct FilePlan {
    /// The device group, 0 for machines in none.
    pub(in crate::simulator) group: u32,
    /// Its number among the files of the group, from 0.
    pub(in crate::simulator) number: usize,
    /// The number of files of the group.
    of: usize,
    /// The machines of the group.
    entries: Arc<Vec<Entry>>,
}

/// The number of additional lines that are not JSON.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulator) struct BadRows {
    pub(in crate::simulator) seed: u64,
    /// As a share of the rows.
    pub(in crate::simulator) share: f64,
}

/// The rows of a machine that are in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Even,
    Odd,
}

/// The files of an export of these machines, each with its device group.
pub(in crate::simulator) fn files(machines: impl Iterator<Item = (u32, Entry)>) -> Vec<FilePlan> {
    let mut groups: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    for (group, entry) in machines {
        groups.entry(group).or_default().push(entry);
    }
    let groups = groups.into_iter().flat_map(|(group, entries)| {
        let of = file_count(group, entries.len());
        let entries = Arc::new(entries);
        (0..of).map(move |number| FilePlan {
            group,
            number,
            of,
            entries: Arc::clone(&entries),
        })
    });
    groups.collect()
}

/// Every other group has at least two files.
fn file_count(group: u32, machines: usize) -> usize {
    let least = if group.is_multiple_of(2) { 2 } else { 1 };
    machines
        .div_ceil(MACHINES_PER_FILE)
        .max(least.min(machines))
}

impl FilePlan {
    /// Writes the rows of the file, one JSON object per line. The rows of a machine are not adjacent.
    pub(in crate::simulator) fn write(
        &self,
        rows: impl Fn(Entry) -> JsonRows,
        bad_rows: BadRows,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut lines = Vec::new();
        for (index, &entry) in self.entries.iter().enumerate() {
            if let Some(part) = self.part(index) {
                let mut random = chance(bad_rows.seed, "bad rows", "", index as u64);
                for row in part.of(&rows(entry)) {
                    line(row, &mut lines);
                    if random.f64() < bad_rows.share {
                        lines.extend(NOT_JSON);
                    }
                }
            }
            out.write_all(&lines)?;
            lines.clear();
        }
        for entry in self.repeated() {
            if let Some(row) = rows(entry).from(0).next() {
                line(row, &mut lines);
            }
        }
        out.write_all(&lines)
    }

    /// The machines whose first row is repeated.
    fn repeated(&self) -> impl Iterator<Item = Entry> {
        let entries = self.entries.iter().enumerate();
        let repeated = entries.skip(1).step_by(REPEATED_EVERY);
        repeated
            .filter(|&(index, _)| self.home(index) == self.number)
            .map(|(_, &entry)| entry)
    }

    /// Which rows of the machine at this index of the group are in this file, if any.
    fn part(&self, index: usize) -> Option<Part> {
        let home = self.home(index);
        let spread = self.of > 1 && index.is_multiple_of(SPREAD_EVERY);
        match (home == self.number, spread) {
            (true, false) => Some(Part::All),
            (true, true) => Some(Part::Even),
            (false, true) if (home + 1) % self.of == self.number => Some(Part::Odd),
            (false, _) => None,
        }
    }

    /// The file of the machine at this index of the group.
    fn home(&self, index: usize) -> usize {
        index * self.of / self.entries.len()
    }
}

impl Part {
    fn of(self, rows: &JsonRows) -> impl Iterator<Item = &[u8]> {
        let rows = rows.from(0).enumerate();
        rows.filter(move |(number, _)| match self {
            Self::All => true,
            Self::Even => number.is_multiple_of(2),
            Self::Odd => !number.is_multiple_of(2),
        })
        .map(|(_, row)| row)
    }
}

fn line(row: &[u8], lines: &mut Vec<u8>) {
    lines.extend(row);
    lines.push(b'\n');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_of_a_machine_stands_in_one_file(machines in 1_usize..200, group in 0_u32..3) {
            let entries = (0..).map(Entry::Member).take(machines);
            let files = files(entries.map(|entry| (group, entry)));
            for index in 0..machines {
                let mut parts: Vec<_> = files.iter().filter_map(|it| it.part(index)).collect();
                parts.sort_by_key(|part| *part == Part::Odd);
                let whole = parts == [Part::All] || parts == [Part::Even, Part::Odd];
                prop_assert!(whole, "{parts:?}");
            }
        }
    }

    #[test]
    fn large_groups_have_more_files() {
        for (group, machines, files) in [(0, 1, 1), (0, 2, 2), (1, 4_000, 1), (1, 9_000, 3)] {
            assert_eq!(file_count(group, machines), files, "{group}, {machines}");
        }
    }
}
