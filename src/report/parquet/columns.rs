//! How each column is written: values, and levels that say where there are none.

use std::sync::Arc;

use parquet::{
    data_type::{ByteArray, ByteArrayType, DataType, Int64Type},
    errors::Result,
    file::writer::SerializedColumnWriter,
};

use super::rows::{Group, Row};

/// Writes a column of a row group.
type Write = fn(&Group<'_>, &mut SerializedColumnWriter<'_>) -> Result<()>;

/// One for each column of the schema, in its order.
pub(super) const COLUMNS: [Write; 9] = [
    |group, column| {
        texts(group, column, |row| {
            row.machine.to_string().into_bytes().into()
        })
    },
    |group, column| texts(group, column, |row| row.gap.id.as_str().into()),
    |group, column| optional::<ByteArrayType>(group, column, |row| text(row.gap.name.as_ref())),
    products,
    |group, column| optional::<ByteArrayType>(group, column, |row| text(row.gap.url.as_ref())),
    |group, column| {
        let number = |row: &Row<'_>| row.gap.machine_missed_on.map(signed);
        optional::<Int64Type>(group, column, number)
    },
    |group, column| required::<Int64Type>(group, column, |row| signed(row.gap.cve_addressed)),
    |group, column| optional::<ByteArrayType>(group, column, |row| text(row.gap.os_build.as_ref())),
    |group, column| required::<Int64Type>(group, column, |row| row.answered_at.as_millisecond()),
];

/// Rows that are turned into values at once.
const BATCH: usize = 1024;

fn required<Type: DataType>(
    group: &Group<'_>,
    column: &mut SerializedColumnWriter<'_>,
    value: impl Fn(&Row<'_>) -> Type::T,
) -> Result<()> {
    for rows in group.chunks(BATCH) {
        let values: Vec<Type::T> = rows.iter().map(&value).collect();
        column.typed::<Type>().write_batch(&values, None, None)?;
    }
    Ok(())
}

fn texts(
    group: &Group<'_>,
    column: &mut SerializedColumnWriter<'_>,
    value: impl Fn(&Row<'_>) -> ByteArray,
) -> Result<()> {
    required::<ByteArrayType>(group, column, value)
}

fn optional<Type: DataType>(
    group: &Group<'_>,
    column: &mut SerializedColumnWriter<'_>,
    value: impl Fn(&Row<'_>) -> Option<Type::T>,
) -> Result<()> {
    for rows in group.chunks(BATCH) {
        let values: Vec<Option<Type::T>> = rows.iter().map(&value).collect();
        let there: Vec<i16> = values.iter().map(|it| i16::from(it.is_some())).collect();
        let values: Vec<Type::T> = values.into_iter().flatten().collect();
        let column = column.typed::<Type>();
        column.write_batch(&values, Some(&there), None)?;
    }
    Ok(())
}

/// The lists: a level says whether there is a product, and another whether it goes on with the
/// list before it. An empty list is one level without a value.
fn products(group: &Group<'_>, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
    for rows in group.chunks(BATCH) {
        let lists = rows.iter().map(|row| &row.gap.products);
        let values = lists.clone().flatten().map(|it| ByteArray::from(&**it));
        let values: Vec<ByteArray> = values.collect();
        let (mut there, mut goes_on) = (Vec::new(), Vec::new());
        for list in lists {
            for place in 0..list.len().max(1) {
                there.push(i16::from(!list.is_empty()));
                goes_on.push(i16::from(place > 0));
            }
        }
        let column = column.typed::<ByteArrayType>();
        column.write_batch(&values, Some(&there), Some(&goes_on))?;
    }
    Ok(())
}

fn text(text: Option<&Arc<str>>) -> Option<ByteArray> {
    text.map(|text| ByteArray::from(&**text))
}

/// The format's numbers that every reader knows are signed; absurd ones stay at the largest.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
