//! Files that are no store, or not whole.

use super::*;

#[test]
fn what_is_no_store_is_left_as_it_is() {
    let place = Place::new();
    let path = place.folder.path().join("file");
    let sqlite = place.folder.path().join("other");
    let other = rusqlite::Connection::open(&sqlite).unwrap();
    other.execute_batch("CREATE TABLE mine (a)").unwrap();
    drop(other);
    let newer = place.open();
    newer
        .connection
        .pragma_update(None, "user_version", 7)
        .unwrap();
    drop(newer);
    let whole = fs::read(place.path()).unwrap();
    for (content, problem) in [
        (
            b"machineId\n".to_vec(),
            "is no store of patchgap: it is no SQLite",
        ),
        (vec![b'x'; 5000], "is no store of patchgap: it is no SQLite"),
        (fs::read(&sqlite).unwrap(), "it is another program's"),
        (whole.clone(), "its version is 7, this one reads up to 2"),
        (whole[..whole.len() / 2].to_vec(), "is damaged"),
        (whole[..50].to_vec(), "it is no SQLite"),
    ] {
        fs::write(&path, &content).unwrap();
        for opened in [Store::open(&path), Store::open_existing(&path)] {
            let error = crate::text::chain(&opened.unwrap_err());
            assert!(error.contains(problem), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), content, "{problem}");
    }
}
