//! The version of the tables, and the migrations from one version to the next.
//!
//! SQLite's user version in the file's header counts the migrations applied. Builds before the first release
//! used lower numbers, with other tables: such files are rejected, not converted.

use rusqlite::Connection;

use crate::store::error::Problem;

/// The application id in the file's header: `PGap`.
pub(crate) const APPLICATION_ID: i64 = 0x5047_6170;

/// The versions that this program reads and writes.
pub(crate) const SCHEMA: Schema = Schema {
    first: 24,
    migrations: &[include_str!("../schema/1.sql")],
};

/// The migrations, and the version that the first one creates. A released migration is never
/// changed; changes are added as a new one. Until the first release, a change of the tables raises
/// `first` instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    pub(crate) first: i64,
    pub(crate) migrations: &'static [&'static str],
}

/// How a file's tables compare with those that this program supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// There are no tables yet.
    Empty,
    /// They can be migrated.
    Older,
    /// They are up to date.
    Current,
}

impl Schema {
    /// The version of the file's tables. Fails for a version that cannot be migrated, and for
    /// another program's tables.
    pub(crate) fn version(self, connection: &Connection) -> Result<Version, Problem> {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let found = number(connection, "user_version")?;
        match number(connection, "application_id")? {
            0 if found == 0 && tables == 0 => Ok(Version::Empty),
            APPLICATION_ID => self.compare(found),
            _ => Err(Problem::Foreign("another program's database")),
        }
    }

    fn compare(self, found: i64) -> Result<Version, Problem> {
        let known = self.last();
        match found {
            _ if found < self.first => Err(Problem::Unreleased),
            _ if found < known => Ok(Version::Older),
            _ if found == known => Ok(Version::Current),
            _ => Err(Problem::Newer { found, known }),
        }
    }

    fn last(self) -> i64 {
        let further = self.migrations.len().saturating_sub(1);
        self.first
            .saturating_add(i64::try_from(further).unwrap_or(i64::MAX))
    }

    /// Migrates the tables to the latest version. Must be called within a transaction.
    pub(crate) fn migrate(self, connection: &Connection) -> Result<(), Problem> {
        let done = number(connection, "user_version")?;
        let versions = self.first..;
        for (migration, version) in self.migrations.iter().zip(versions) {
            if version > done {
                connection.execute_batch(migration)?;
                connection.pragma_update(None, "user_version", version)?;
            }
        }
        Ok(connection.pragma_update(None, "application_id", APPLICATION_ID)?)
    }
}

fn number(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn schema(migrations: &'static [&'static str]) -> Schema {
        Schema {
            first: 4,
            migrations,
        }
    }

    const FIRST: &str = "CREATE TABLE kept (value); INSERT INTO kept VALUES (1)";
    const SECOND: &str = "ALTER TABLE kept ADD COLUMN more DEFAULT 2";

    #[test]
    fn each_migration_runs_once_and_keeps_data() {
        let connection = Connection::open_in_memory().unwrap();
        let one = schema(&[FIRST]);
        let two = schema(&[FIRST, SECOND]);
        for (schema, version) in [(one, 4), (one, 4), (two, 5), (two, 5)] {
            schema.migrate(&connection).unwrap();
            assert_eq!(number(&connection, "user_version").unwrap(), version);
        }
        let kept = connection.query_row("SELECT value, more FROM kept", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        assert_eq!(kept, Ok((1, 2)));
    }

    #[test]
    fn versions_are_classified() {
        let connection = Connection::open_in_memory().unwrap();
        let schema = schema(&[FIRST, SECOND]);
        let version = || schema.version(&connection);
        assert_eq!(version().unwrap(), Version::Empty);
        schema.migrate(&connection).unwrap();
        for (found, expected) in [
            (0, "Err(Unreleased)"),
            (3, "Err(Unreleased)"),
            (4, "Ok(Older)"),
            (5, "Ok(Current)"),
            (6, "Err(Newer { found: 6, known: 5 })"),
        ] {
            connection
                .pragma_update(None, "user_version", found)
                .unwrap();
            assert_eq!(format!("{:?}", version()), expected, "{found}");
        }
        connection.pragma_update(None, "application_id", 1).unwrap();
        assert!(matches!(version(), Err(Problem::Foreign(_))));
    }

    /// Builds with different tables must have different versions. If this fails before the first release,
    /// raise [`SCHEMA`]'s `first`; after it, add a migration.
    #[test]
    fn changed_tables_require_another_version() {
        let connection = Connection::open_in_memory().unwrap();
        SCHEMA.migrate(&connection).unwrap();
        let columns = "SELECT group_concat(line, char(10)) FROM (
                SELECT concat_ws(' ', made.type, made.name, columns.name, columns.type,
                    columns.\"notnull\", columns.pk) AS line
                FROM sqlite_schema AS made, pragma_table_info(made.name) AS columns
                ORDER BY made.name, columns.cid)";
        let columns: String = connection.query_row(columns, [], |row| row.get(0)).unwrap();
        let digest = Sha256::digest(&columns);
        let version = SCHEMA.last();
        assert_eq!(
            (version, format!("{:02x}{:02x}", digest[0], digest[1])),
            (24, "c67f".to_owned()),
            "{columns}"
        );
    }
}
