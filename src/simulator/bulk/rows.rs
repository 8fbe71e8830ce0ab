//! The rows of one machine, written as JSON.

use jiff::{Timestamp, tz::Offset};

/// The rows of one machine, each a JSON object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::simulator) struct JsonRows {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl JsonRows {
    /// Adds a row. `write` appends its fields, each followed by a comma.
    pub(in crate::simulator) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.push(b'{');
        write(&mut self.bytes);
        self.bytes.pop_if(|last| *last == b',');
        self.bytes.push(b'}');
        self.ends.push(self.bytes.len());
    }

    /// The number of rows.
    pub(in crate::simulator) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The rows from this index on.
    pub(in crate::simulator) fn from(&self, first: usize) -> impl Iterator<Item = &[u8]> {
        let ends = self.ends.iter().enumerate().skip(first);
        ends.map(|(number, &end)| {
            let before = number.checked_sub(1).and_then(|it| self.ends.get(it));
            &self.bytes[before.copied().unwrap_or(0)..end]
        })
    }
}

/// A time in the format of rows: `2025-11-05 11:55:28`.
pub(in crate::simulator) fn clock(time: Timestamp) -> String {
    let time = Offset::UTC.to_datetime(time);
    format!("{} {:.0}", time.date(), time.time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_returned_one_by_one() {
        let mut rows = JsonRows::default();
        for text in ["", "\"a\":1,", "\"b\":2,\"c\":3,"] {
            rows.push(|out| out.extend(text.bytes()));
        }
        assert_eq!(rows.len(), 3);
        let from = |first| rows.from(first).collect::<Vec<_>>();
        let expected = [&b"{}"[..], b"{\"a\":1}", b"{\"b\":2,\"c\":3}"];
        assert_eq!(from(0), expected);
        assert_eq!(from(2), expected[2..]);
        assert!(from(3).is_empty() && from(9).is_empty());
    }
}
