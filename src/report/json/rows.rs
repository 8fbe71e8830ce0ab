//! The rows of `report.json`, with JSON types: numbers are numbers, and missing values are `null`.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use super::columns::{InventoryRow, keys};
use crate::{
    aggregate::TopAction,
    report::{
        Run, TrendPoint,
        table::{Cell, Column, Gaps, Scope, Table, Target, columns},
        time::rfc3339,
    },
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
    ) -> Object<'shape, 'row, T> {
        Object {
            columns: &self.columns,
            row,
            nested: &self.nested,
        }
    }
}

/// A row that serializes as an object.
pub(super) struct Object<'shape, 'row, T: Table> {
    columns: &'shape [Column<T>],
    row: &'row T::Row<'row>,
    nested: &'shape Nested,
}

impl<T: Table> Serialize for Object<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            let cell = (column.value)(self.row);
            let nested = self.nested;
            object.serialize_entry(column.key, &Value { cell, nested })?;
        }
        object.end()
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
                let keys = &self.nested.inventory;
                InventoryRow { keys, cells }.serialize(serializer)
            }
            Cell::Gaps(machine) => {
                let mut list = serializer.serialize_seq(None)?;
                for row in machine.gaps() {
                    list.serialize_element(&Object {
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action<'run> {
    kb_id: &'run str,
    exposure: u64,
    exposure_removed: u64,
    machines: u64,
    /// The updates of which it closes gaps, itself included.
    closes_kbs: u64,
    /// The gaps that it and those before it close, and the updates that these are of.
    gaps_closed: u64,
    kbs_closed: u64,
    /// The gaps that are known to be exploited among those that it closes.
    known_exploited: u64,
    due: Option<String>,
    /// The CVEs of all updates closed so far, each once; null if none is known.
    distinct_cves: Option<u64>,
}

impl<'run> Action<'run> {
    pub(super) fn of(action: &TopAction<'run>) -> Self {
        Self {
            kb_id: action.kb.id.as_str(),
            exposure: action.exposure,
            exposure_removed: action.so_far.exposure,
            machines: action.so_far.machines,
            closes_kbs: action.closes,
            gaps_closed: action.so_far.gaps,
            kbs_closed: action.so_far.kbs,
            known_exploited: action.exploited,
            due: action.due.map(|it| it.to_string()),
            distinct_cves: action.so_far.cves,
        }
    }
}

/// A run of the trend.
#[derive(Serialize)]
pub(super) struct TrendRow<'run> {
    #[serde(flatten)]
    run: &'run TrendPoint,
    partial: bool,
}

impl<'run> From<&'run TrendPoint> for TrendRow<'run> {
    fn from(run: &'run TrendPoint) -> Self {
        let partial = run.is_partial();
        Self { run, partial }
    }
}
