//! Files that are not a store, or damaged.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStderr, Command, Stdio},
    sync::mpsc,
    thread,
};

use super::*;

#[test]
fn other_files_are_refused_untouched() {
    let place = TestStore::new();
    let path = place.folder.path().join("file");
    let sqlite = place.folder.path().join("other");
    let other = rusqlite::Connection::open(&sqlite).unwrap();
    other.execute_batch("CREATE TABLE mine (a)").unwrap();
    drop(other);
    let newer = place.open();
    newer
        .connection
        .pragma_update(None, "user_version", 99)
        .unwrap();
    drop(newer);
    let whole = fs::read(place.path()).unwrap();
    for (content, problem) in [
        (
            b"machineId\n".to_vec(),
            "is not a patchgap store (not a SQLite",
        ),
        (vec![b'x'; 5000], "is not a patchgap store (not a SQLite"),
        (fs::read(&sqlite).unwrap(), "another program's"),
        (whole.clone(), "its version is 99, this one reads up to "),
        (whole[..whole.len() / 2].to_vec(), "is damaged"),
        (whole[..50].to_vec(), "not a SQLite"),
    ] {
        fs::write(&path, &content).unwrap();
        for opened in [Store::open(&path), Store::open_existing(&path)] {
            let error = crate::domain::text::chain(&opened.unwrap_err());
            assert!(error.contains(problem), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), content, "{problem}");
    }
}

/// SQLite itself does not wait here, because it would have to release its read snapshot first.
#[test]
fn opening_waits_for_the_process_creating_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let maker = rusqlite::Connection::open(&path).unwrap();
    maker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (ended, end) = mpsc::channel();
    let opening = path.clone();
    let opener = thread::spawn(move || ended.send(Store::open(&opening).map(drop)).unwrap());
    let early = end.recv_timeout(Duration::from_millis(100));
    assert!(
        matches!(early, Err(mpsc::RecvTimeoutError::Timeout)),
        "{early:?}"
    );
    maker.execute_batch("ROLLBACK").unwrap();
    end.recv().unwrap().unwrap();
    opener.join().unwrap();
}

#[test]
fn reader_sees_a_consistent_version_during_creation() {
    use crate::store::file::{
        connection::read,
        schema::{SCHEMA, Version},
    };

    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let connection = rusqlite::Connection::open(folder.path().join("store.sqlite")).unwrap();
        connection
            .pragma_update(None, "journal_mode", "wal")
            .unwrap();
        connection
    };
    let (mut reader, maker) = (open(), open());
    let seen = read(&mut reader, |connection| {
        let before = SCHEMA.version(connection)?;
        SCHEMA.migrate(&maker)?;
        Ok([before, SCHEMA.version(connection)?])
    });
    assert_eq!(seen.unwrap(), [Version::Empty, Version::Empty]);
    let now = read(&mut reader, |it| SCHEMA.version(it));
    assert_eq!(now.unwrap(), Version::Current);
}

#[test]
fn older_version_is_migrated_atomically() {
    use crate::store::file::{
        connection::{connect, prepare},
        schema::{SCHEMA, Schema, Version},
    };

    const NEXT: Schema = Schema {
        migrations: &[SCHEMA.migrations[0], "ALTER TABLE run ADD COLUMN more TEXT"],
        ..SCHEMA
    };
    const BROKEN: Schema = Schema {
        migrations: &[SCHEMA.migrations[0], "DELETE FROM run; SELECT nothing"],
        ..SCHEMA
    };
    let place = TestStore::new();
    let run = place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let mut connection = connect(&place.path()).unwrap();
    prepare(&mut connection, BROKEN).unwrap_err();
    assert_eq!(SCHEMA.version(&connection).unwrap(), Version::Current);
    prepare(&mut connection, NEXT).unwrap();
    assert_eq!(NEXT.version(&connection).unwrap(), Version::Current);
    assert!(matches!(
        SCHEMA.version(&connection),
        Err(Problem::Newer { .. })
    ));
    connection
        .pragma_update(None, "user_version", SCHEMA.first)
        .unwrap();
    assert_eq!(outcomes(&place.open(), run).len(), 1);
}

/// Set for a process that opens a store for each line of its input.
const OPENS_STORES: &str = "PATCHGAP_TEST_OPENS_STORES";
const STARTS: usize = 4;
const ROUNDS: usize = 15;

/// Several processes that start at the same time on the same missing file: one creates it, and the others
/// wait. Threads would not do, because file locks belong to the process.
#[test]
fn concurrent_starts_create_one_store() {
    if std::env::var_os(OPENS_STORES).is_some() {
        return open_what_is_named();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut starts: Vec<Start> = (0..STARTS).map(|_| Start::new()).collect();
    for round in 0..ROUNDS {
        let path = folder.path().join(format!("{round}.sqlite"));
        // In an empty file the tables are created in place, and there Wine's locks do not keep several
        // processes apart.
        if round % 5 == 3 && std::env::var_os("TEST_WINE").is_none() {
            fs::write(&path, "").unwrap();
        }
        for start in &mut starts {
            start.open(&path);
        }
        for start in &mut starts {
            assert_eq!(start.opened(), "opened", "round {round}");
        }
        assert!(Store::open(&path).unwrap().runs().unwrap().is_empty());
    }
}

/// What each of the processes does.
fn open_what_is_named() {
    for path in std::io::stdin().lines() {
        let opened = Store::open(Path::new(&path.unwrap()));
        let said = opened.map_or_else(
            |error| crate::domain::text::chain(&error),
            |_| "opened".into(),
        );
        writeln!(std::io::stderr(), "{said}").unwrap();
    }
}

/// This test again, in a process of its own that opens stores.
struct Start {
    process: Child,
    said: BufReader<ChildStderr>,
}

impl Start {
    fn new() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("store::tests::opening::concurrent_starts_create_one_store")
            .env(OPENS_STORES, "yes")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stderr.take().unwrap());
        Self { process, said }
    }

    fn open(&mut self, path: &Path) {
        let input = self.process.stdin.as_mut().unwrap();
        writeln!(input, "{}", path.display()).unwrap();
    }

    fn opened(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Start {
    /// It exits when its input ends.
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
