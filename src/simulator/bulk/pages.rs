//! The rows from one place on, as the body of a page, made while it is sent.

use std::mem;

use super::rows::JsonRows;

/// How much of a page is made at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// A place in a table, between two rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::simulator) struct Place {
    /// The number of the machine.
    pub(in crate::simulator) machine: usize,
    /// The number of its row.
    pub(in crate::simulator) row: usize,
}

/// What a page consists of.
pub(in crate::simulator) struct Page<Rows, Link> {
    /// The rows of the machine with this number; none after the last one.
    pub(in crate::simulator) rows: Rows,
    /// The link to the page that begins here, if there is to be one.
    pub(in crate::simulator) link: Link,
    pub(in crate::simulator) context: &'static str,
    pub(in crate::simulator) start: Place,
    /// The most rows.
    pub(in crate::simulator) size: usize,
}

/// The body of a page, in chunks.
pub(in crate::simulator) struct Chunks<Rows, Link> {
    rows: Rows,
    link: Link,
    place: Place,
    left: usize,
    next: Vec<u8>,
    is_first_row: bool,
    ended: bool,
}

impl<Rows, Link> Page<Rows, Link>
where
    Rows: Fn(usize) -> Option<JsonRows>,
    Link: Fn(Place) -> Option<String>,
{
    /// The body.
    pub(in crate::simulator) fn chunks(self) -> Chunks<Rows, Link> {
        let head = format!("{{\"@odata.context\":\"{}\",\"value\":[", self.context);
        Chunks {
            rows: self.rows,
            link: self.link,
            place: self.start,
            left: self.size,
            next: head.into_bytes(),
            is_first_row: true,
            ended: false,
        }
    }
}

impl<Rows, Link> Iterator for Chunks<Rows, Link>
where
    Rows: Fn(usize) -> Option<JsonRows>,
    Link: Fn(Place) -> Option<String>,
{
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        while !self.ended && self.next.len() < CHUNK_BYTES {
            match (self.rows)(self.place.machine) {
                Some(rows) if self.left > 0 => self.add(&rows),
                more => self.end(more.is_some()),
            }
        }
        Some(mem::take(&mut self.next)).filter(|chunk| !chunk.is_empty())
    }
}

impl<Rows, Link> Chunks<Rows, Link>
where
    Link: Fn(Place) -> Option<String>,
{
    /// Adds the rows of a machine, as many as fit.
    fn add(&mut self, rows: &JsonRows) {
        let rest = rows.len().saturating_sub(self.place.row);
        let fitting = rest.min(self.left);
        for row in rows.from(self.place.row).take(fitting) {
            if !mem::take(&mut self.is_first_row) {
                self.next.push(b',');
            }
            self.next.extend(row);
        }
        self.left -= fitting;
        self.place = if fitting < rest {
            let row = self.place.row + fitting;
            Place { row, ..self.place }
        } else {
            let machine = self.place.machine + 1;
            Place { machine, row: 0 }
        };
    }

    /// Ends the page. The link comes last: only now it is known where the next page begins.
    fn end(&mut self, more: bool) {
        self.ended = true;
        self.next.push(b']');
        if more && let Some(link) = (self.link)(self.place) {
            let link = serde_json::Value::from(link);
            self.next
                .extend(format!(",\"@odata.nextLink\":{link}").bytes());
        }
        self.next.push(b'}');
    }
}
