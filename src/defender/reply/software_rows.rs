//! Parses rows of the software inventory: lines of a file, or the items of a page.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};

use super::{
    answer::{NoAnswer, value},
    lenient::Text,
    software_row::{RowDto, beginning},
};
use crate::domain::software::SoftwareRows;

/// One page.
#[derive(Debug)]
pub(in crate::defender) struct SoftwarePageBody {
    pub(in crate::defender) rows: SoftwareRows,
    /// The link to the next page, if there is one.
    pub(in crate::defender) next: Option<String>,
}

#[derive(Deserialize)]
struct PageDto {
    value: Option<Items>,
    error: Option<IgnoredAny>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Text,
}

struct Items(SoftwareRows);

/// Adds the row on one line of a file.
pub fn add_software_line(line: &[u8], rows: &mut SoftwareRows) {
    rows.rows += 1;
    match serde_json::from_slice::<RowDto<'_>>(line) {
        Ok(row) => row.add_to(rows),
        Err(error) => {
            let number = rows.rows;
            rows.add_unreadable(|| format!("row {number}, `{}`: {error}", beginning(line)));
        }
    }
}

impl SoftwarePageBody {
    /// Parses one page.
    pub(in crate::defender) fn read(body: &[u8]) -> Result<Self, NoAnswer> {
        let page: PageDto = value(body)?;
        if page.error.is_some() {
            return Err(NoAnswer::Error);
        }
        Ok(Self {
            rows: page.value.ok_or(NoAnswer::NoValue)?.0,
            next: page.next.filled(),
        })
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ItemsVisitor;
        impl<'de> Visitor<'de> for ItemsVisitor {
            type Value = Items;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Items, A::Error> {
                let mut rows = SoftwareRows::default();
                while let Some(row) = items.next_element::<RowDto<'_>>()? {
                    rows.rows += 1;
                    row.add_to(&mut rows);
                }
                Ok(Items(rows))
            }
        }
        deserializer.deserialize_seq(ItemsVisitor)
    }
}

#[cfg(test)]
mod tests;
