//! Reading without changing any file, whatever the state of the store.

use std::{collections::BTreeMap, time::SystemTime};

use super::*;

/// Every file of a folder, with its content and modification time.
fn everything(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let written = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let mut found: BTreeMap<_, _> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), (fs::read(&path).unwrap(), written(&path))))
        .collect();
    found.insert(folder.to_owned(), (Vec::new(), written(folder)));
    found
}

/// The number of runs in the store at this path; asserts that no file changes.
#[track_caller]
fn seen(path: &Path) -> Result<usize, StoreError> {
    let before = everything(path.parent().unwrap());
    let seen = Store::read_only(path, |store| Ok(store.runs()?.len()));
    assert_eq!(everything(path.parent().unwrap()), before);
    seen
}

/// The files of a store with a run, as left by a kill.
fn killed(folder: &Path, files: &[&str]) -> PathBuf {
    let place = TestStore::new();
    place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let open = place.open();
    open.connection
        .pragma_update(None, "wal_autocheckpoint", 0)
        .unwrap();
    open.connection
        .execute_batch("UPDATE run SET session = session + 1")
        .unwrap();
    let path = folder.join("copy.sqlite");
    for suffix in files {
        let from = super::file::preflight::beside(&place.path(), suffix);
        fs::copy(from, super::file::preflight::beside(&path, suffix)).unwrap();
    }
    path
}

#[test]
fn reading_leaves_any_companion_files_untouched() {
    for files in [
        &[""][..],
        &["", "-wal"],
        &["", "-shm"],
        &["", "-wal", "-shm"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = killed(folder.path(), files);
        assert_eq!(seen(&path).unwrap(), 1, "{files:?}");
    }
}

#[test]
fn committed_changes_in_the_wal_are_seen() {
    for files in [&["", "-wal"][..], &["", "-wal", "-shm"]] {
        let folder = tempfile::tempdir().unwrap();
        let path = killed(folder.path(), files);
        let session =
            Store::read_only(&path, |store| Ok::<_, StoreError>(store.runs()?[0].session));
        assert_eq!(session.unwrap(), 2, "{files:?}");
    }
}

#[test]
fn open_store_can_be_read() {
    let place = TestStore::new();
    place.play(EARLY, vec![], None);
    let other = place.open();
    assert_eq!(other.runs().unwrap().len(), 1);
    assert_eq!(seen(&place.path()).unwrap(), 1);
    drop(other);
    assert_eq!(seen(&place.path()).unwrap(), 1);
}

#[test]
fn store_with_an_odd_name_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    // These characters are special in a URI; Windows does not allow a question mark.
    let question = if cfg!(windows) { "" } else { "?" };
    let path = folder
        .path()
        .join(format!("name with % and {question}#.sqlite"));
    let place = TestStore::new();
    place.play(EARLY, vec![], None);
    fs::copy(place.path(), &path).unwrap();
    assert_eq!(seen(&path).unwrap(), 1);
}

#[test]
fn reading_creates_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    assert!(matches!(seen(&path).unwrap_err().problem, Problem::Missing));
    fs::write(&path, "").unwrap();
    assert!(matches!(
        seen(&path).unwrap_err().problem,
        Problem::Empty(_)
    ));
    fs::write(&path, "mine").unwrap();
    let problem = seen(&path).unwrap_err().problem;
    assert!(matches!(problem, Problem::Foreign(_)), "{problem:?}");
}

/// A write during reading is detected, and the store is read again.
#[test]
fn concurrent_change_causes_a_second_read() {
    let place = TestStore::new();
    place.play(EARLY, vec![], Some(EndingWord::Finished));
    let mut looks = 0;
    let runs = Store::read_only(&place.path(), |store| {
        looks += 1;
        if looks == 1 {
            place.play(EARLY, vec![], Some(EndingWord::Finished));
        }
        Ok::<_, StoreError>(store.runs()?.len())
    });
    assert_eq!((runs.unwrap(), looks), (2, 2));
}
