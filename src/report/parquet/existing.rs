//! Reads the end of a lake's existing file: which run it is of, and whether its columns fit those that would be added.
//! Columns are only ever appended: the files of all years read as one table.

use std::io;

use parquet::{
    basic::{LogicalType, TimeUnit, Type as Physical},
    errors::ParquetError,
    file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader},
    schema::types::Type,
};

use super::{
    columns::{FileColumn, schema},
    file::RUN_KEY,
};
use crate::report::{
    Facts,
    lake::{BadEnd, Difference, FileEnd},
};

/// Whether a file is of the run with these facts. Its name has only the second of the start.
pub(super) fn is_of(file: &FileEnd, facts: &Facts) -> Result<bool, BadEnd> {
    let metadata = metadata(file)?;
    let pairs = metadata.file_metadata().key_value_metadata();
    let key = pairs.into_iter().flatten().find(|it| it.key == RUN_KEY);
    let key = key.and_then(|it| it.value.as_deref());
    Ok(key == Some(&*facts.run_key()))
}

/// How an existing file differs from these columns, if it does.
pub(super) fn difference(
    file: &FileEnd,
    ours: &[FileColumn],
) -> Result<Option<Difference>, BadEnd> {
    let metadata = metadata(file)?;
    let theirs = metadata.file_metadata().schema();
    let ours = schema("ours", ours).map_err(damaged)?;
    Ok(first_difference(&fields(theirs), &fields(&ours)))
}

/// What the end says of the whole file.
fn metadata(end: &FileEnd) -> Result<ParquetMetaData, BadEnd> {
    let reader = ParquetMetaDataReader::new();
    let mut reader = reader.with_page_index_policy(PageIndexPolicy::Skip);
    match reader.try_parse_sized(&end.bytes, end.size) {
        Ok(()) => reader.finish().map_err(damaged),
        Err(ParquetError::NeedMoreData(needed)) => Err(BadEnd::Short(needed as u64)),
        Err(problem) => Err(damaged(problem)),
    }
}

fn damaged(problem: ParquetError) -> BadEnd {
    BadEnd::Damaged(io::Error::other(problem))
}

/// The first column of theirs that is not at the same index of ours.
fn first_difference(theirs: &[Field], ours: &[Field]) -> Option<Difference> {
    let mut ours_left = ours.iter();
    for their in theirs {
        let our = ours_left.next();
        if our == Some(their) {
            continue;
        }
        let same_name = ours.iter().find(|it| it.name == their.name);
        return Some(match (our, same_name) {
            (Some(our), Some(same)) if our.name != same.name => Difference::Lacks {
                column: our.name.clone(),
            },
            (_, Some(same)) => Difference::Type {
                column: their.name.clone(),
                theirs: their.kind,
                ours: same.kind,
            },
            (_, None) => Difference::Has {
                column: their.name.clone(),
            },
        });
    }
    None
}

/// The properties of a column that matter to readers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    kind: &'static str,
}

fn fields(schema: &Type) -> Vec<Field> {
    let fields = schema.get_fields().iter();
    let fields = fields.map(|it| Field {
        name: it.name().to_owned(),
        kind: kind(it),
    });
    fields.collect()
}

/// The kind of values of a column, as text.
fn kind(column: &Type) -> &'static str {
    let logical = column.get_basic_info().logical_type_ref();
    if !column.is_primitive() {
        return match logical {
            Some(LogicalType::List) => "lists of text",
            _ => "nested values",
        };
    }
    match (column.get_physical_type(), logical) {
        (Physical::BOOLEAN, None) => "yes or no",
        (Physical::INT32, Some(LogicalType::Date)) => "dates",
        (Physical::INT64, None) => "whole numbers",
        (Physical::INT64, Some(LogicalType::Timestamp(it))) if it.unit == TimeUnit::MILLIS => {
            "times"
        }
        (Physical::DOUBLE, None) => "numbers with decimals",
        (Physical::BYTE_ARRAY, Some(LogicalType::String)) => "text",
        _ => "values of another kind",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Vec<Field> {
        let columns = text.split_whitespace().map(|column| {
            let (name, kind) = column.split_once(':').unwrap_or((column, "text"));
            Field {
                name: name.to_owned(),
                kind: if kind == "text" { "text" } else { "dates" },
            }
        });
        columns.collect()
    }

    #[test]
    fn columns_may_only_be_appended() {
        let lacks = |column: &str| {
            Some(Difference::Lacks {
                column: column.to_owned(),
            })
        };
        let has = |column: &str| {
            Some(Difference::Has {
                column: column.to_owned(),
            })
        };
        for (theirs, expected) in [
            ("a b c", None),
            ("a b", None),
            ("a", None),
            ("a c", lacks("b")),
            ("b c", lacks("a")),
            ("b a c", lacks("a")),
            ("a b c d", has("d")),
            ("a x c", has("x")),
            (
                "a b:dates c",
                Some(Difference::Type {
                    column: "b".to_owned(),
                    theirs: "dates",
                    ours: "text",
                }),
            ),
        ] {
            let found = first_difference(&columns(theirs), &columns("a b c"));
            assert_eq!(found, expected, "{theirs}");
        }
    }
}
