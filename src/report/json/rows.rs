//! The rows of `report.json`, with JSON types: numbers are numbers, and missing values are `null`.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use super::columns::{InventoryRow, keys};
use crate::{
    aggregate::TopAction,
    inventory::Inventory,
    report::{
        TrendPoint,
        table::{Cell, Column, Gaps, Table, Target, columns},
        time::rfc3339,
    },
};

/// The column layout shared by all rows of a table.
pub(super) struct Shape<T: Table> {
    columns: Vec<Column<T>>,
    /// The columns of the gaps nested in a row.
    gaps: Vec<Column<Gaps>>,
    /// The keys of the inventory's columns.
    keys: Vec<String>,
}

impl<T: Table> Shape<T> {
    pub(super) fn of(inventory: &Inventory) -> Self {
        Self {
            columns: columns(Target::Json, inventory),
            gaps: columns(Target::Json, inventory),
            keys: keys(&inventory.columns),
        }
    }

    pub(super) fn row<'shape, 'row>(
        &'shape self,
        row: &'row T::Row<'row>,
    ) -> Object<'shape, 'row, T> {
        let Self {
            columns,
            gaps,
            keys,
        } = self;
        Object {
            columns,
            row,
            gaps,
            keys,
        }
    }
}

/// A row that serializes as an object.
pub(super) struct Object<'shape, 'row, T: Table> {
    columns: &'shape [Column<T>],
    row: &'row T::Row<'row>,
    gaps: &'shape [Column<Gaps>],
    keys: &'shape [String],
}

impl<T: Table> Serialize for Object<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { gaps, keys, .. } = *self;
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            let cell = (column.value)(self.row);
            object.serialize_entry(column.key, &Value { cell, gaps, keys })?;
        }
        object.end()
    }
}

struct Value<'shape, 'row> {
    cell: Cell<'row>,
    gaps: &'shape [Column<Gaps>],
    keys: &'shape [String],
}

impl Serialize for Value<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { gaps, keys, .. } = *self;
        match self.cell {
            Cell::Empty => serializer.serialize_none(),
            Cell::Flag(flag) => serializer.serialize_bool(flag),
            Cell::Foreign(text) | Cell::Link(text) | Cell::Word(text) => {
                serializer.serialize_str(text)
            }
            Cell::Kb(id) | Cell::LinkedKb(id, _) => serializer.serialize_str(id.as_str()),
            Cell::List(list) => serializer.collect_seq(list.iter()),
            Cell::Machine(id) => serializer.collect_str(&id),
            Cell::Number(number) | Cell::Ordinal(number) | Cell::Range(number, _) => {
                serializer.serialize_u64(number)
            }
            Cell::Percent(percent) => serializer.serialize_f64(one_decimal(percent)),
            Cell::Time(time) => serializer.serialize_str(&rfc3339(time)),
            Cell::Inventory(names, position) => {
                let cells = names.inventory.row(position);
                InventoryRow { keys, cells }.serialize(serializer)
            }
            Cell::Gaps(machine) => {
                let mut list = serializer.serialize_seq(None)?;
                for row in machine.gaps() {
                    list.serialize_element(&Object {
                        columns: gaps,
                        row: &row,
                        gaps,
                        keys,
                    })?;
                }
                list.end()
            }
        }
    }
}

/// The number rounded to one decimal in the same way as in `kbs.csv`.
fn one_decimal(number: f64) -> f64 {
    format!("{number:.1}").parse().unwrap_or(number)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action<'run> {
    kb_id: &'run str,
    exposure: u64,
    exposure_removed: u64,
    machines: u64,
}

impl<'run> Action<'run> {
    pub(super) fn of(action: &TopAction<'run>) -> Self {
        Self {
            kb_id: action.kb.id.as_str(),
            exposure: action.kb.exposure,
            exposure_removed: action.exposure_removed,
            machines: action.machines,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Point {
    run: i64,
    started_at: String,
    machines: u64,
    answered: u64,
    with_gaps: u64,
    kbs: u64,
    gaps: u64,
    exposure: u64,
    partial: bool,
}

impl From<&TrendPoint> for Point {
    fn from(point: &TrendPoint) -> Self {
        Self {
            run: point.run,
            started_at: rfc3339(point.started_at),
            machines: point.machines,
            answered: point.answered,
            with_gaps: point.with_gaps,
            kbs: point.kbs,
            gaps: point.gaps,
            exposure: point.exposure,
            partial: point.is_partial(),
        }
    }
}
