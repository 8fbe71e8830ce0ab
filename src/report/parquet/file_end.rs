//! Reads the metadata of a lake's file from its end.

use std::io;

use parquet::{
    errors::ParquetError,
    file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader},
};

use crate::report::lake::{BadEnd, FileEnd};

/// The metadata of the file.
pub(super) fn metadata(end: &FileEnd) -> Result<ParquetMetaData, BadEnd> {
    let reader = ParquetMetaDataReader::new();
    let mut reader = reader.with_page_index_policy(PageIndexPolicy::Skip);
    match reader.try_parse_sized(&end.bytes, end.size) {
        Ok(()) => reader.finish().map_err(damaged),
        Err(ParquetError::NeedMoreData(needed)) => Err(BadEnd::Short(needed as u64)),
        Err(problem) => Err(damaged(problem)),
    }
}

pub(super) fn damaged(problem: ParquetError) -> BadEnd {
    BadEnd::Damaged(io::Error::other(problem))
}
