//! The rows from one place on, as the body of a page, made while it is sent.

use super::rows::JsonRows;
use crate::simulator::long_list::LongList;

/// A place in a table, between two rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::simulator) struct Place {
    /// The number of the machine.
    pub(in crate::simulator) machine: usize,
    /// The number of its row.
    pub(in crate::simulator) row: usize,
}

/// A page.
pub(in crate::simulator) struct Page<Rows, Link> {
    /// The rows of the machine with this number; none after the last one.
    pub(in crate::simulator) rows: Rows,
    /// The link to the page that begins here, if there is to be one.
    pub(in crate::simulator) link: Link,
    pub(in crate::simulator) context: &'static str,
    /// The place of the next row.
    pub(in crate::simulator) place: Place,
    /// The most rows that are still added.
    pub(in crate::simulator) left: usize,
}

impl<Rows, Link> Page<Rows, Link>
where
    Rows: Fn(usize) -> Option<JsonRows>,
    Link: Fn(Place) -> Option<String>,
{
    /// The body, in chunks.
    pub(in crate::simulator) fn chunks(mut self) -> impl Iterator<Item = Vec<u8>> {
        let head = format!("{{\"@odata.context\":\"{}\",\"value\":[", self.context);
        LongList::chunks(head, move |list| match (self.rows)(self.place.machine) {
            Some(rows) if self.left > 0 => {
                self.add(&rows, list);
                true
            }
            more => {
                self.end(more.is_some(), list);
                false
            }
        })
    }

    /// Adds the rows of a machine, as many as fit.
    fn add(&mut self, rows: &JsonRows, list: &mut LongList) {
        let rest = rows.len().saturating_sub(self.place.row);
        let fitting = rest.min(self.left);
        for row in rows.from(self.place.row).take(fitting) {
            list.push(row);
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
    fn end(&self, more: bool, list: &mut LongList) {
        list.end("]");
        if more && let Some(link) = (self.link)(self.place) {
            let link = serde_json::Value::from(link);
            list.end(&format!(",\"@odata.nextLink\":{link}"));
        }
        list.end("}");
    }
}
