//! Describes the columns in Parquet terms, and writes them as values with definition and repetition
//! levels. Columns are only ever appended, so that a folder with one file per night reads as one table.

use std::{fmt::Write, sync::Arc};

use jiff::civil::date;
use parquet::{
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    errors::Result,
    file::writer::SerializedColumnWriter,
    schema::{parser::parse_message_type, types::Type},
};

use super::HeldGap;
use crate::report::table::{Cell, Column, Gaps, Kind};

/// The Parquet schema of these columns.
pub(super) fn schema(columns: &[Column<Gaps>]) -> Result<Arc<Type>> {
    let mut message = String::from("message gaps {");
    for Column {
        key,
        kind,
        is_optional,
        ..
    } in columns
    {
        let repetition = if *is_optional { "optional" } else { "required" };
        // Writing to a string does not fail.
        let _ = match kind {
            Kind::List => write!(
                message,
                "required group {key} (LIST) {{ repeated group list {{ \
                 required binary element (STRING); }} }}"
            ),
            Kind::Date => write!(message, "{repetition} int32 {key} (DATE);"),
            Kind::Flag => write!(message, "{repetition} boolean {key};"),
            Kind::Number => write!(message, "{repetition} int64 {key};"),
            Kind::Percent => write!(message, "{repetition} double {key};"),
            Kind::Time => write!(
                message,
                "{repetition} int64 {key} (TIMESTAMP(MILLIS,true));"
            ),
            _ => write!(message, "{repetition} binary {key} (STRING);"),
        };
    }
    message.push('}');
    Ok(Arc::new(parse_message_type(&message)?))
}

/// The number of rows to convert at once.
const BATCH: usize = 1024;

/// Writes a column of a row group.
pub(super) fn write(
    column: &Column<Gaps>,
    group: &[HeldGap<'_>],
    out: &mut SerializedColumnWriter<'_>,
) -> Result<()> {
    for rows in group.chunks(BATCH) {
        match column.kind {
            Kind::List => lists(column, rows, out),
            Kind::Date => values::<Int32Type>(column, rows, out, days),
            Kind::Flag => values::<BoolType>(column, rows, out, flag),
            Kind::Number => values::<Int64Type>(column, rows, out, number),
            Kind::Percent => values::<DoubleType>(column, rows, out, percent),
            Kind::Time => values::<Int64Type>(column, rows, out, milliseconds),
            _ => values::<ByteArrayType>(column, rows, out, text),
        }?;
    }
    Ok(())
}

fn values<Values: DataType>(
    column: &Column<Gaps>,
    rows: &[HeldGap<'_>],
    out: &mut SerializedColumnWriter<'_>,
    value: fn(Cell<'_>) -> Option<Values::T>,
) -> Result<()> {
    let cells = rows.iter().map(|row| value((column.value)(&row.line())));
    let values: Vec<Option<Values::T>> = cells.collect();
    let levels: Vec<i16> = values.iter().map(|it| i16::from(it.is_some())).collect();
    let values: Vec<Values::T> = values.into_iter().flatten().collect();
    let levels = column.is_optional.then_some(&levels[..]);
    out.typed::<Values>().write_batch(&values, levels, None)?;
    Ok(())
}

/// Writes lists. The definition level says whether there is an element, and the repetition level
/// whether it continues the current list. An empty list is one level without a value.
fn lists(
    column: &Column<Gaps>,
    rows: &[HeldGap<'_>],
    out: &mut SerializedColumnWriter<'_>,
) -> Result<()> {
    let (mut values, mut levels, mut goes_on) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let before = values.len();
        if let Cell::List(list) = (column.value)(&row.line()) {
            values.extend(list.iter().map(ByteArray::from));
        }
        let elements = values.len() - before;
        for at in 0..elements.max(1) {
            levels.push(i16::from(elements > 0));
            goes_on.push(i16::from(at > 0));
        }
    }
    let out = out.typed::<ByteArrayType>();
    out.write_batch(&values, Some(&levels), Some(&goes_on))?;
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

fn percent(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Percent(percent) => Some(percent),
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
