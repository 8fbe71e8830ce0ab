//! The tables' versions, and the way from one to the next.

use rusqlite::Connection;

use super::Problem;

/// What stands in the file's header, so that it is known whose it is: `PGap`.
const APPLICATION_ID: i64 = 0x5047_6170;

/// The way to each version from the one before it: the first makes the tables. One that was
/// released is never changed; what is new comes as another.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
];

/// How a file's tables stand to those that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// There are none yet.
    Empty,
    /// An earlier program wrote them.
    Older,
    /// They are the same.
    Current,
}

/// The version of the file's tables. A newer one, and tables of somebody else, are errors.
pub(super) fn version(connection: &Connection) -> Result<Version, Problem> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (number(connection, "application_id")?, done(connection)?) {
        (0, 0) if tables == 0 => Ok(Version::Empty),
        (APPLICATION_ID, found) if found > known => Err(Problem::Newer { found, known }),
        (APPLICATION_ID, found) if found < known => Ok(Version::Older),
        (APPLICATION_ID, _) => Ok(Version::Current),
        _ => Err(Problem::Foreign("it is another program's database")),
    }
}

/// Brings the tables to the last version. To be called within a transaction.
pub(super) fn migrate(connection: &Connection, migrations: &[&str]) -> Result<(), Problem> {
    let done = done(connection)?;
    let left = migrations.iter().zip(1..).filter(|(_, to)| *to > done);
    for (migration, to) in left {
        connection.execute_batch(migration)?;
        connection.pragma_update(None, "user_version", to)?;
    }
    Ok(connection.pragma_update(None, "application_id", APPLICATION_ID)?)
}

/// How many migrations were done.
fn done(connection: &Connection) -> rusqlite::Result<i64> {
    number(connection, "user_version")
}

fn number(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_migration_is_done_once_and_keeps_what_is_there() {
        let connection = Connection::open_in_memory().unwrap();
        let first = "CREATE TABLE kept (value); INSERT INTO kept VALUES (1)";
        let second = "ALTER TABLE kept ADD COLUMN more DEFAULT 2";
        for migrations in [&[first][..], &[first], &[first, second], &[first, second]] {
            migrate(&connection, migrations).unwrap();
            let to = i64::try_from(migrations.len()).unwrap();
            assert_eq!(done(&connection).unwrap(), to);
        }
        let kept = connection.query_row("SELECT value, more FROM kept", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        assert_eq!(kept, Ok((1, 2)));
    }

    #[test]
    fn a_file_of_an_earlier_program_is_older() {
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(version(&connection).unwrap(), Version::Empty);
        migrate(&connection, MIGRATIONS).unwrap();
        assert_eq!(version(&connection).unwrap(), Version::Current);
        connection.pragma_update(None, "user_version", 0).unwrap();
        assert_eq!(version(&connection).unwrap(), Version::Older);
    }
}
