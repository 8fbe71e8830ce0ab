//! The page cache, larger for a while.

use rusqlite::{Connection, Result};

/// The cache of pages while a list is entered, in KiB. Ids come in no order: the index is
/// written to all over, and a page that has to make room for others is written once more each
/// time.
const LARGE_KIB: i64 = 16 * 1024;

/// Does some work with a large cache, and gives back its memory.
pub(crate) fn with_large_cache<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    let usual: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
    connection.pragma_update(None, "cache_size", -LARGE_KIB)?;
    let done = work(connection);
    connection.pragma_update(None, "cache_size", usual)?;
    done
}
