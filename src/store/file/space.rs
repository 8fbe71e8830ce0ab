//! The size of the file, and returning its unused space.

use rusqlite::{Connection, Result};

/// After pruning, the file is shrunk if at least one part in this many is free,
const MIN_FREE_SHARE: i64 = 4;
/// and at least this many bytes.
const MIN_FREE_BYTES: i64 = 16 << 20;

/// The size of the store's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// The total size, in bytes.
    pub bytes: u64,
    /// The bytes that are free for later runs.
    pub free: u64,
}

impl Space {
    pub(crate) fn of(connection: &Connection) -> Result<Self> {
        let pragma = |name: &str| -> Result<u64> {
            connection.pragma_query_value(None, name, |row| row.get(0))
        };
        let page = pragma("page_size")?;
        Ok(Self {
            bytes: pragma("page_count")? * page,
            free: pragma("freelist_count")? * page,
        })
    }

    /// Whether more is free than later runs will soon need.
    fn is_sparse(self) -> bool {
        let free = i64::try_from(self.free).unwrap_or(i64::MAX);
        let bytes = i64::try_from(self.bytes).unwrap_or(i64::MAX);
        free >= MIN_FREE_BYTES && free >= bytes / MIN_FREE_SHARE
    }
}

/// Makes the file as small as possible: no deleted data remains in it, nor in its log.
pub(crate) fn compact(connection: &Connection) -> Result<()> {
    connection.execute_batch("VACUUM")?;
    // It returns a row: whether another connection prevented that.
    connection.pragma(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()))
}

/// Shrinks the file if much of it is free, for example after the number of kept runs was reduced.
pub(crate) fn compact_if_sparse(connection: &Connection) -> Result<()> {
    if Space::of(connection)?.is_sparse() {
        compact(connection)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_sparse_if_much_of_it_is_free() {
        const MEGABYTE: u64 = 1 << 20;
        for (bytes, free, expected) in [
            (100, 10, false),
            (100, 24, false),
            (100, 25, true),
            (40, 15, false),
            (40, 16, true),
            (1000, 249, false),
        ] {
            let space = Space {
                bytes: bytes * MEGABYTE,
                free: free * MEGABYTE,
            };
            assert_eq!(space.is_sparse(), expected, "{space:?}");
        }
    }

    #[test]
    fn compacting_returns_free_space() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("a.sqlite")).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = wal;
                 CREATE TABLE a (b BLOB);
                 INSERT INTO a VALUES (zeroblob(100000));
                 DELETE FROM a;",
            )
            .unwrap();
        let before = Space::of(&connection).unwrap();
        assert!(before.free > 90_000, "{before:?}");
        compact_if_sparse(&connection).unwrap();
        assert_eq!(Space::of(&connection).unwrap(), before, "not worth it");
        compact(&connection).unwrap();
        let after = Space::of(&connection).unwrap();
        assert!(after.bytes < 20_000 && after.free == 0, "{after:?}");
    }
}
