//! The file of a table that was added last, of whichever tenant.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

/// The newest file below the folder of a table: in the folder of the latest date that has any, the one whose name says
/// that its run started last.
pub(super) fn newest(table: &Path) -> io::Result<Option<PathBuf>> {
    let mut days: Vec<(String, PathBuf)> = Vec::new();
    for (name, tenant) in entries(table)? {
        if name.starts_with("tenant=") {
            let dates = entries(&tenant)?.into_iter();
            days.extend(dates.filter(|(name, _)| name.starts_with("date=")));
        }
    }
    days.sort_unstable_by(|one, other| other.cmp(one));
    for (_, day) in days {
        let files = entries(&day)?.into_iter();
        let files = files.filter(|(name, _)| is_part(name));
        if let Some((_, file)) = files.max() {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Whether readers of a lake take a file of this name for a part of it.
fn is_part(name: &str) -> bool {
    name.ends_with(".parquet") && !name.starts_with(['.', '_'])
}

/// The names and paths in a folder; none if it is not there, or is no folder.
fn entries(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let entries = entries.map(|entry| {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        Ok((name, entry.path()))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_is_of_the_latest_day_with_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        assert_eq!(newest(&folder.path().join("gone")).unwrap(), None);
        for path in [
            "tenant=a/date=2026-11-23/run-20261123T010000Z-1.parquet",
            "tenant=a/date=2026-11-23/run-20261123T050000Z-1.parquet",
            "tenant=a/date=2026-11-22/run-20261122T230000Z-1.parquet",
            "tenant=b/date=2026-11-20/run-20261120T010000Z-1.parquet",
            "tenant=b/date=2026-11-24/.patchgap-x.tmp",
            "tenant=b/date=2026-11-24/_run.parquet",
            "other/date=2026-12-24/run-1.parquet",
            "tenant=c",
        ] {
            write(path);
        }
        let found = newest(folder.path()).unwrap().unwrap();
        let expected = "tenant=a/date=2026-11-23/run-20261123T050000Z-1.parquet";
        assert_eq!(found, folder.path().join(expected));
    }
}
