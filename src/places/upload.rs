//! Uploads a folder of reports: a reader who finds the marker finds all files, from one run.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    PlaceError, Target,
    marker::{MARKER, content, names},
};

/// The number of files sent concurrently.
const CONCURRENT_FILES: usize = 4;

/// A report on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    /// Its name in the place.
    pub(crate) name: String,
    /// Its path on the disk.
    pub(crate) path: PathBuf,
}

impl ReportFile {
    /// The reports of these names in a folder; `subfolder` is its name in the place.
    pub(crate) fn all<'name>(
        folder: &Path,
        subfolder: Option<&str>,
        names: impl IntoIterator<Item = &'name str>,
    ) -> Vec<Self> {
        let files = names.into_iter().map(|name| Self {
            path: name
                .split('/')
                .fold(folder.to_owned(), |path, part| path.join(part)),
            name: match subfolder {
                Some(subfolder) => format!("{subfolder}/{name}"),
                None => name.to_owned(),
            },
        });
        files.collect()
    }
}

/// Checks, before the run's first request, that a place can be read and has no foreign marker, and that a
/// folder can be written to.
pub(crate) async fn check(target: &dyn Target) -> Result<(), PlaceError> {
    target.prepare().await?;
    earlier(target).await.map(drop)
}

/// Does the same, and checks that files can be written to the place and removed again.
pub(crate) async fn try_out(target: &dyn Target) -> Result<(), PlaceError> {
    check(target).await?;
    target.try_out().await
}

/// Uploads these files, and then the marker. Removes the other files that the previous marker lists.
pub(crate) async fn upload(target: &dyn Target, files: &[ReportFile]) -> Result<(), PlaceError> {
    let written: BTreeSet<&str> = files.iter().map(|it| &*it.name).collect();
    if let Some(earlier) = earlier(target).await? {
        // From here on, no reader considers the files complete.
        target.remove(MARKER).await?;
        for name in earlier.iter().filter(|it| !written.contains(&***it)) {
            target.remove(name).await?;
        }
    }
    let sent = stream::iter(files).map(|file| async move {
        let digest = target.write_file(&file.name, &file.path).await?;
        Ok::<_, PlaceError>((file.name.clone(), digest))
    });
    let sent: Vec<_> = sent
        .buffer_unordered(CONCURRENT_FILES)
        .try_collect()
        .await?;
    target.write(MARKER, content(sent).into_bytes()).await
}

/// The files that the existing marker lists; `None` if there is no marker.
async fn earlier(target: &dyn Target) -> Result<Option<BTreeSet<String>>, PlaceError> {
    let Some(content) = target.read(MARKER).await? else {
        return Ok(None);
    };
    let names = names(&content);
    names.map(Some).ok_or_else(|| PlaceError::Others {
        place: target.name(),
        name: MARKER,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{super::folder::FolderTarget, *};

    fn list(folder: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_dir() {
                let below = list(&entry.path()).into_iter();
                found.extend(below.map(|it| format!("{name}/{it}")));
            } else {
                found.insert(name);
            }
        }
        found
    }

    #[tokio::test]
    async fn place_has_the_files_of_the_last_upload() {
        let folder = tempfile::tempdir().unwrap();
        let (out, place) = (folder.path().join("out"), folder.path().join("a/place"));
        fs::create_dir_all(out.join("targets")).unwrap();
        for name in ["kbs.csv", "gaps.csv", "targets/KB1.csv"] {
            fs::write(out.join(name), name).unwrap();
        }
        let target = FolderTarget::new(place.clone());
        check(&target).await.unwrap();
        assert!(!place.exists());
        let all = ReportFile::all(&out, None, ["kbs.csv", "gaps.csv", "targets/KB1.csv"]);
        upload(&target, &all).await.unwrap();
        fs::write(place.join("mine.txt"), "").unwrap();
        let expected = [
            "_SUCCESS",
            "gaps.csv",
            "kbs.csv",
            "mine.txt",
            "targets/KB1.csv",
        ];
        assert_eq!(list(&place), expected.map(str::to_owned).into());

        let fewer = ReportFile::all(&out, Some("Berlin"), ["kbs.csv"]);
        upload(&target, &fewer).await.unwrap();
        let expected = ["Berlin/kbs.csv", "_SUCCESS", "mine.txt"];
        assert_eq!(list(&place), expected.map(str::to_owned).into());
        let marker = fs::read_to_string(place.join("_SUCCESS")).unwrap();
        assert!(marker.ends_with("  Berlin/kbs.csv\n"), "{marker}");
    }

    #[tokio::test]
    async fn failure_leaves_no_marker_and_foreign_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let target = FolderTarget::new(folder.path().join("place"));
        fs::write(folder.path().join("kbs.csv"), "1").unwrap();
        let there = ReportFile::all(folder.path(), None, ["kbs.csv"]);
        upload(&target, &there).await.unwrap();
        let gone = ReportFile::all(folder.path(), None, ["kbs.csv", "gone.csv"]);
        let error = upload(&target, &gone).await.unwrap_err().to_string();
        assert!(
            error.starts_with("cannot read ") && error.ends_with("gone.csv"),
            "{error}"
        );
        let marker = folder.path().join("place/_SUCCESS");
        assert!(!marker.exists());

        fs::write(&marker, "").unwrap();
        for result in [check(&target).await, upload(&target, &there).await] {
            assert!(matches!(result, Err(PlaceError::Others { .. })));
        }
        assert_eq!(fs::read(&marker).unwrap(), b"");
    }
}
