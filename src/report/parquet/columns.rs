//! The columns of a file: their types, and the values of a row group that are not yet written, with
//! their definition and repetition levels. Columns are only ever appended, so that a folder with one
//! file per night reads as one table.

use std::{collections::HashSet, sync::Arc};

use jiff::civil::date;
use parquet::{
    basic::{LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    errors::Result,
    file::writer::SerializedColumnWriter,
    schema::types::Type,
};

use crate::{
    inventory::Inventory,
    report::table::{self, Cell, Column, ColumnName, Kind, Scope, Table, Target, header},
};

/// The columns of a table in a lake, for whatever list and run: those of its CSV file, but for the list's own, which are
/// another list's tomorrow, and the date, which is the name of the folder.
pub(super) fn lake_columns<T: Table>() -> Vec<Column<T>> {
    let no_list = Inventory::default();
    let columns = table::columns::<T>(Target::Csv, Scope::of_list(&no_list)).into_iter();
    let columns = columns.filter(|it| it.kind != Kind::Inventory && it.key != "date");
    columns.collect()
}

/// A column of the file. Each column of the list is one.
#[derive(Debug, Clone)]
pub(super) struct FileColumn {
    name: String,
    kind: Kind,
    is_optional: bool,
}

/// The columns of a file with these columns of a table.
pub(super) fn file_columns<T: Table>(
    columns: &[Column<T>],
    inventory: &Inventory,
) -> Vec<FileColumn> {
    let names = header(columns, inventory);
    let ours = names.iter().filter_map(|name| match name {
        ColumnName::Ours(name) => Some(name.to_lowercase()),
        ColumnName::Listed(_) => None,
    });
    let mut taken: HashSet<String> = ours.collect();
    let mut types = columns.iter().filter(|it| it.kind != Kind::Inventory);
    let columns = names.iter().filter_map(|name| match name {
        ColumnName::Ours(name) => types.next().map(|column| FileColumn {
            name: name.clone().into_owned(),
            kind: column.kind,
            is_optional: column.is_optional,
        }),
        ColumnName::Listed(name) => Some(FileColumn {
            name: unique(name, &mut taken),
            kind: Kind::Text,
            is_optional: false,
        }),
    });
    columns.collect()
}

/// The name, with a number if it is taken: a list may repeat a name, and readers ignore case.
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| taken.insert(name.to_lowercase()));
    free.unwrap_or_default()
}

/// The schema of these columns.
pub(super) fn schema(table: &str, columns: &[FileColumn]) -> Result<Arc<Type>> {
    let fields = columns.iter().map(|column| Ok(Arc::new(column.field()?)));
    let fields = fields.collect::<Result<_>>()?;
    let schema = Type::group_type_builder(table).with_fields(fields);
    Ok(Arc::new(schema.build()?))
}

impl FileColumn {
    fn field(&self) -> Result<Type> {
        let repetition = if self.is_optional {
            Repetition::OPTIONAL
        } else {
            Repetition::REQUIRED
        };
        let (physical, logical) = match self.kind {
            Kind::Gaps | Kind::List => return list(&self.name, repetition),
            Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
            Kind::Flag => (Physical::BOOLEAN, None),
            Kind::Number => (Physical::INT64, None),
            Kind::Decimal | Kind::Percent | Kind::Probability => (Physical::DOUBLE, None),
            Kind::Time => (
                Physical::INT64,
                Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
            ),
            _ => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        Type::primitive_type_builder(&self.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
    }
}

/// A list of texts.
fn list(name: &str, repetition: Repetition) -> Result<Type> {
    let element = Type::primitive_type_builder("element", Physical::BYTE_ARRAY)
        .with_logical_type(Some(LogicalType::String))
        .with_repetition(Repetition::REQUIRED)
        .build()?;
    let repeated = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    Type::group_type_builder(name)
        .with_logical_type(Some(LogicalType::List))
        .with_repetition(repetition)
        .with_fields(vec![Arc::new(repeated)])
        .build()
}

/// Values of a column that are not yet written.
pub(super) struct Buffer {
    is_optional: bool,
    values: Values,
    /// The definition level of each value, or of each element of a list. Marks missing values.
    levels: Vec<i16>,
    /// Whether an element continues its list.
    continues: Vec<i16>,
}

enum Values {
    Dates(Vec<i32>),
    Flags(Vec<bool>),
    Lists(Vec<ByteArray>),
    Numbers(Vec<i64>),
    Percents(Vec<f64>),
    Texts(Vec<ByteArray>),
    Times(Vec<i64>),
}

impl Buffer {
    pub(super) fn of(column: &FileColumn) -> Self {
        Self {
            is_optional: column.is_optional,
            values: match column.kind {
                Kind::Date => Values::Dates(Vec::new()),
                Kind::Flag => Values::Flags(Vec::new()),
                Kind::Gaps | Kind::List => Values::Lists(Vec::new()),
                Kind::Number => Values::Numbers(Vec::new()),
                Kind::Decimal | Kind::Percent | Kind::Probability => Values::Percents(Vec::new()),
                Kind::Time => Values::Times(Vec::new()),
                _ => Values::Texts(Vec::new()),
            },
            levels: Vec::new(),
            continues: Vec::new(),
        }
    }

    /// Adds the cell of a row, and returns its approximate size in bytes.
    pub(super) fn push(&mut self, cell: Cell<'_>) -> usize {
        let (size, is_there) = match &mut self.values {
            Values::Dates(values) => add(values, days(cell), 4),
            Values::Flags(values) => add(values, flag(cell), 1),
            Values::Numbers(values) => add(values, number(cell), 8),
            Values::Percents(values) => add(values, percent(cell), 8),
            Values::Times(values) => add(values, milliseconds(cell), 8),
            Values::Texts(values) => {
                let text = text(cell);
                let size = text.as_ref().map_or(0, ByteArray::len);
                add(values, text, size + size_of::<ByteArray>())
            }
            Values::Lists(_) => return self.push_list(cell),
        };
        self.levels.push(i16::from(is_there));
        size
    }

    /// Adds a list. An empty or missing one is one level without a value.
    fn push_list(&mut self, cell: Cell<'_>) -> usize {
        let Values::Lists(values) = &mut self.values else {
            return 0;
        };
        let before = values.len();
        match cell {
            Cell::List(list) => values.extend(list.iter().map(ByteArray::from)),
            Cell::Gaps(machine) => {
                values.extend(machine.gaps().map(|it| ByteArray::from(it.gap.id.as_str())));
            }
            _ => {}
        }
        let added = &values[before..];
        let is_missing = matches!(cell, Cell::Empty);
        let empty = i16::from(self.is_optional && !is_missing);
        let level = if added.is_empty() { empty } else { empty + 1 };
        for at in 0..added.len().max(1) {
            self.levels.push(level);
            self.continues.push(i16::from(at > 0));
        }
        let sizes = added.iter().map(|it| it.len() + size_of::<ByteArray>());
        sizes.sum()
    }

    /// Writes the values, and clears the buffer.
    pub(super) fn write(&mut self, out: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let levels = self.is_optional.then_some(&self.levels[..]);
        match &mut self.values {
            Values::Dates(values) => write::<Int32Type>(values, levels, out),
            Values::Flags(values) => write::<BoolType>(values, levels, out),
            Values::Numbers(values) | Values::Times(values) => {
                write::<Int64Type>(values, levels, out)
            }
            Values::Percents(values) => write::<DoubleType>(values, levels, out),
            Values::Texts(values) => write::<ByteArrayType>(values, levels, out),
            Values::Lists(values) => {
                let out = out.typed::<ByteArrayType>();
                out.write_batch(values, Some(&self.levels), Some(&self.continues))?;
                values.clear();
                Ok(())
            }
        }?;
        self.levels.clear();
        self.continues.clear();
        Ok(())
    }
}

/// Adds a value, if there is one. Returns its size, and whether there is one.
fn add<V>(values: &mut Vec<V>, value: Option<V>, size: usize) -> (usize, bool) {
    let is_there = value.is_some();
    values.extend(value);
    (size, is_there)
}

fn write<V: DataType>(
    values: &mut Vec<V::T>,
    levels: Option<&[i16]>,
    out: &mut SerializedColumnWriter<'_>,
) -> Result<()> {
    out.typed::<V>().write_batch(values, levels, None)?;
    values.clear();
    Ok(())
}

/// Days since 1970.
fn days(cell: Cell<'_>) -> Option<i32> {
    match cell {
        Cell::Date(day) => Some((day - date(1970, 1, 1)).get_days()),
        _ => None,
    }
}

fn flag(cell: Cell<'_>) -> Option<bool> {
    match cell {
        Cell::Flag(flag) => Some(flag),
        _ => None,
    }
}

/// Signed, because every reader supports signed numbers. Larger values are clamped to the maximum.
fn number(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Number(number, _) => Some(i64::try_from(number).unwrap_or(i64::MAX)),
        Cell::Signed(number) => Some(number),
        _ => None,
    }
}

/// Rounded to one decimal, as in the CSV files.
fn percent(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Decimal(number) => format!("{number:.1}").parse().ok(),
        Cell::Probability(probability) => Some(probability.number()),
        Cell::Percent(share) => format!("{:.1}", share.percent()).parse().ok(),
        _ => None,
    }
}

fn milliseconds(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Time(time) => Some(time.as_millisecond()),
        _ => None,
    }
}

fn text(cell: Cell<'_>) -> Option<ByteArray> {
    match cell {
        Cell::Foreign(text) | Cell::Link(text) | Cell::Word(text) => Some(text.into()),
        Cell::Kb(id, _) => Some(id.as_str().into()),
        Cell::Machine(id) => Some(id.to_string().into_bytes().into()),
        _ => None,
    }
}
