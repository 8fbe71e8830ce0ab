//! The rows of tables in `report.json`, with JSON types: numbers are numbers, and missing values are `null`.

use serde::{Serialize, Serializer, ser::SerializeSeq};

use super::columns::keys;
use crate::report::{
    Run,
    table::{Cell, Column, Gaps, Scope, Table, Target, columns},
    time::rfc3339,
};

/// The columns of a table, for all of its rows.
pub(super) struct Shape<T: Table> {
    columns: Vec<Column<T>>,
    nested: Nested,
}

/// The keys of the objects nested in a row.
struct Nested {
    /// The columns of gaps.
    gaps: Vec<Column<Gaps>>,
    /// The keys of the inventory's columns.
    inventory: Vec<String>,
}

impl<T: Table> Shape<T> {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let scope = Scope::of(run);
        Self {
            columns: columns(Target::Json, scope),
            nested: Nested {
                gaps: columns(Target::Json, scope),
                inventory: keys(&run.inventory.columns),
            },
        }
    }

    pub(super) fn row<'shape, 'row>(
        &'shape self,
        row: &'row T::Row<'row>,
    ) -> RowObject<'shape, 'row, T> {
        RowObject {
            columns: &self.columns,
            row,
            nested: &self.nested,
        }
    }
}

/// A row that serializes as an object.
pub(super) struct RowObject<'shape, 'row, T: Table> {
    columns: &'shape [Column<T>],
    row: &'row T::Row<'row>,
    nested: &'shape Nested,
}

impl<T: Table> Serialize for RowObject<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nested = self.nested;
        serializer.collect_map(self.columns.iter().map(|column| {
            let cell = (column.value)(self.row);
            (column.key, Value { cell, nested })
        }))
    }
}

struct Value<'shape, 'row> {
    cell: Cell<'row>,
    nested: &'shape Nested,
}

impl Serialize for Value<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.cell {
            Cell::Date(date) => serializer.collect_str(&date),
            Cell::Empty => serializer.serialize_none(),
            Cell::Flag(flag) => serializer.serialize_bool(flag),
            Cell::Foreign(text) | Cell::Link(text) | Cell::Word(text) => {
                serializer.serialize_str(text)
            }
            Cell::Kb(id, _) => serializer.serialize_str(id.as_str()),
            Cell::List(list) => serializer.collect_seq(list.iter()),
            Cell::Machine(id) => serializer.collect_str(&id),
            Cell::Number(number, _) => serializer.serialize_u64(number),
            Cell::Signed(number) => serializer.serialize_i64(number),
            Cell::Percent(share) => serializer.serialize_f64(one_decimal(share.percent())),
            Cell::Decimal(number) => serializer.serialize_f64(one_decimal(number)),
            Cell::Probability(probability) => serializer.serialize_f64(probability.number()),
            Cell::Time(time) => serializer.serialize_str(&rfc3339(time)),
            Cell::Inventory(names, position) => {
                let cells = names.inventory.row(position);
                serializer.collect_map(self.nested.inventory.iter().zip(cells))
            }
            Cell::Gaps(machine) => {
                let mut list = serializer.serialize_seq(None)?;
                for row in machine.gaps() {
                    list.serialize_element(&RowObject {
                        columns: &self.nested.gaps,
                        row: &row,
                        nested: self.nested,
                    })?;
                }
                list.end()
            }
        }
    }
}

/// The number rounded to one decimal in the same way as in `kbs.csv`.
pub(super) fn one_decimal(number: f64) -> f64 {
    format!("{number:.1}").parse().unwrap_or(number)
}
