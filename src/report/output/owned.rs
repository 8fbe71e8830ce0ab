//! Records which files of a folder patchgap wrote. Only those are replaced.
//!
//! `.patchgap-files` lists them with their hashes, in the format of `sha256sum`. It is written before the
//! first file is placed, so that files stay owned even if the process is killed. In a folder written by an
//! older version, the last `summary.json` lists them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    conflict::{Conflict, NAME},
    digest::Digest,
    names::{is_in_targets, is_own, is_plain, path_of},
    temporary::{replace, temporary},
};

/// The file that lists the files of an older version.
const SUMMARY: &str = "summary.json";

/// The maximum size of the list in bytes.
const MAX_LIST_BYTES: u64 = 1 << 20;
/// The maximum size of a summary in bytes.
const MAX_SUMMARY_BYTES: u64 = 8 << 20;

/// The beginning of a line that names a subfolder. To `sha256sum` it is a comment.
const FOLDER: &str = "# folder: ";

const HEADER: &str = "# The files in this folder that patchgap wrote, and may replace.\n";

/// The owned files of a folder by name, each with its possible hashes: there are two while a file
/// is being replaced. Files of an older version have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Owned {
    files: BTreeMap<String, BTreeSet<Digest>>,
    /// The subfolders of `--split-by`, each with a list of its own.
    folders: BTreeSet<String>,
}

/// What exists at the path of a file to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    Nothing,
    /// An earlier file that patchgap wrote, unchanged.
    Ours,
    /// An earlier file that patchgap wrote, changed since then.
    Edited,
    /// Anything that patchgap did not write.
    Others,
}

impl Owned {
    /// Reads the list of a folder, which need not exist.
    pub(super) fn of(folder: &Path) -> Result<Self, Conflict> {
        let path = folder.join(NAME);
        let mut owned = match read(&path) {
            Ok(None) => Self::default(),
            Ok(Some(text)) => parse(&text).map_err(|line| Conflict::BadLine { path, line })?,
            Err(source) => return Err(Conflict::Unreadable { path, source }),
        };
        // The summary also lists reports that could not be placed.
        if owned.existing(folder, SUMMARY) != Existing::Ours {
            for name in summarized(folder) {
                owned.files.entry(key(&name)).or_default();
            }
        }
        Ok(owned)
    }

    /// What exists in the folder under this name.
    pub(super) fn existing(&self, folder: &Path, name: &str) -> Existing {
        let path = path_of(folder, name);
        let Ok(found) = fs::symlink_metadata(&path) else {
            return Existing::Nothing;
        };
        match self.files.get(&key(name)) {
            Some(hashes) if found.is_file() => match Digest::of_file(&path) {
                Ok(hash) if hashes.is_empty() || hashes.contains(&hash) => Existing::Ours,
                _ => Existing::Edited,
            },
            _ => Existing::Others,
        }
    }

    /// Whether the name is taken by something that patchgap did not write. Does not read the file.
    pub(super) fn is_others(&self, folder: &Path, name: &str) -> bool {
        let found = fs::symlink_metadata(path_of(folder, name));
        // A folder is reported by a separate error.
        found.is_ok_and(|found| {
            !(found.is_dir() || found.is_file() && self.files.contains_key(&key(name)))
        })
    }

    /// Adds the hashes of the files of an older version: the next summary may not list all of them.
    pub(super) fn adopt(&mut self, folder: &Path) {
        let unknown = self.files.iter_mut().filter(|it| it.1.is_empty());
        for (name, hashes) in unknown {
            hashes.extend(Digest::of_file(&path_of(folder, name)).ok());
        }
    }

    /// Records that a file is about to get this content. It may keep its current content instead.
    pub(super) fn intend(&mut self, name: &str, hash: Digest) {
        self.files.entry(key(name)).or_default().insert(hash);
    }

    /// Records that a file has this content.
    pub(super) fn settle(&mut self, name: &str, hash: Digest) {
        self.files.insert(key(name), BTreeSet::from([hash]));
    }

    /// The names of all other files of targets.
    pub(super) fn targets_except(&self, written: &[&str]) -> Vec<String> {
        let written: BTreeSet<String> = written.iter().map(|name| key(name)).collect();
        let names = self.files.keys().filter(|name| is_in_targets(name));
        names
            .filter(|name| !written.contains(*name))
            .cloned()
            .collect()
    }

    /// Whether there is an entry for this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(&key(name))
    }

    /// The names of all files.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Records a subfolder of `--split-by`. Returns whether it is a new one.
    pub(super) fn add_folder(&mut self, name: &str) -> bool {
        self.folders.insert(key(name))
    }

    /// All other subfolders.
    pub(super) fn folders_except(&self, written: &[String]) -> Vec<String> {
        let written: BTreeSet<String> = written.iter().map(|name| key(name)).collect();
        self.folders.difference(&written).cloned().collect()
    }

    /// Removes the entry of a subfolder.
    pub(super) fn forget_folder(&mut self, name: &str) {
        self.folders.remove(name);
    }

    /// Removes the entries of files that no longer exist.
    pub(super) fn forget_missing(&mut self, folder: &Path) {
        let is_there = |name: &String| fs::symlink_metadata(path_of(folder, name)).is_ok();
        self.files.retain(|name, _| is_there(name));
    }

    /// Writes the list atomically.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = temporary(folder)?;
        file.write_all(self.to_string().as_bytes())?;
        file.as_file().sync_all()?;
        Ok(replace(file, &folder.join(NAME))?)
    }
}

impl std::fmt::Display for Owned {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(HEADER)?;
        for (name, hashes) in &self.files {
            for hash in hashes {
                writeln!(formatter, "{hash}  {name}")?;
            }
        }
        let mut folders = self.folders.iter();
        folders.try_for_each(|name| writeln!(formatter, "{FOLDER}{name}"))
    }
}

/// The name in the form used for comparison: lower case on Windows.
fn key(name: &str) -> String {
    if cfg!(windows) {
        name.to_lowercase()
    } else {
        name.to_owned()
    }
}

/// The text of the list. `None` if the list does not exist, or if the folder is missing or
/// inaccessible. Fails if the list is not a regular file, so that symbolic links are not followed.
fn read(path: &Path) -> io::Result<Option<String>> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(None);
    };
    if !found.is_file() {
        let problem = "it is not an ordinary file";
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
    }
    let mut text = String::new();
    let read = File::open(path)?
        .take(MAX_LIST_BYTES + 1)
        .read_to_string(&mut text)?;
    if read as u64 > MAX_LIST_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(Some(text))
}

/// Parses the list strictly. The error is the number of the malformed line.
fn parse(text: &str) -> Result<Owned, usize> {
    let mut owned = Owned::default();
    for (line, number) in text.lines().zip(1_usize..) {
        if let Some(name) = line.strip_prefix(FOLDER) {
            owned
                .folders
                .insert(is_plain(name).then(|| name.to_owned()).ok_or(number)?);
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = line.split_once("  ").and_then(|(hash, name)| {
            let hash: Digest = hash.parse().ok()?;
            is_own(name).then_some((name, hash))
        });
        let (name, hash) = entry.ok_or(number)?;
        owned.intend(name, hash);
    }
    Ok(owned)
}

/// The part of a summary that lists the files of its run.
#[derive(Deserialize)]
struct Summary {
    tool: Tool,
    files: Vec<String>,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
}

/// The files listed by the folder's last summary, if it exists and patchgap wrote it.
fn summarized(folder: &Path) -> Vec<String> {
    let path: PathBuf = folder.join(SUMMARY);
    let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
    let Some(file) = is_file.then(|| File::open(path).ok()).flatten() else {
        return Vec::new();
    };
    match serde_json::from_reader::<_, Summary>(file.take(MAX_SUMMARY_BYTES)) {
        Ok(summary) if summary.tool.name == env!("CARGO_PKG_NAME") => {
            let files = summary.files.into_iter();
            files.filter(|name| is_own(name)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn list_of_own_files_is_parsed_strictly() {
        let good = format!("{HEADER}\n{HASH}  kbs.csv\n{HASH}  a name.csv\n");
        assert_eq!(parse(&good).unwrap().files.len(), 2);
        let also = [format!("{HASH}  kbs.csv\r\n"), String::new(), HEADER.into()];
        assert!(also.iter().all(|text| parse(text).is_ok()));
        for bad in [
            "kbs.csv",
            "  kbs.csv",
            HASH,
            &format!("{HASH}  "),
            &format!("{HASH} kbs.csv"),
            &format!("{}  kbs.csv", &HASH[1..]),
            &format!("{}  kbs.csv", HASH.replace('e', "g")),
            &format!("{}ä  kbs.csv", &HASH[2..]),
            &format!("{HASH}  ../kbs.csv"),
            &format!("{HASH}  /kbs.csv"),
            &format!("{HASH}  ."),
            &format!("{HASH}  .."),
            &format!("{HASH}  a/b"),
            &format!("{HASH}  a/"),
            &format!("{HASH}  a\\b"),
            &format!("{HASH}  C:kbs.csv"),
            &format!("{HASH}  kbs\u{1b}.csv"),
            "# folder: ..",
            "# folder: a/b",
            "# folder: ",
        ] {
            let text = format!("{HEADER}{HASH}  gaps.csv\n{bad}\n");
            assert_eq!(parse(&text), Err(3), "{bad:?}");
        }
    }

    #[test]
    fn written_list_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join("kbs.csv"), "").unwrap();
        fs::write(path.join("gaps.csv"), "changed").unwrap();
        let mut owned = Owned::default();
        owned.add_folder("zürich");
        let hash: Digest = HASH.parse().unwrap();
        for name in ["kbs.csv", "gaps.csv", "gone.csv"] {
            owned.intend(name, hash);
        }
        owned.write(path).unwrap();
        let mut read = Owned::of(path).unwrap();
        assert_eq!(read, owned);
        let places = ["kbs.csv", "gaps.csv", "gone.csv", NAME];
        let places = places.map(|name| read.existing(path, name));
        assert_eq!(
            places,
            [
                Existing::Ours,
                Existing::Edited,
                Existing::Nothing,
                Existing::Others
            ]
        );
        read.forget_missing(path);
        assert_eq!(read.files.len(), 2);
        assert_eq!(read.folders_except(&["basel".to_owned()]), ["zürich"]);
        assert!(read.folders_except(&["zürich".to_owned()]).is_empty());
    }

    #[test]
    fn summary_names_the_files_of_an_older_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for name in ["kbs.csv", "gaps.csv"] {
            fs::write(path.join(name), "").unwrap();
        }
        for (summary, ours) in [
            (r#"{"tool":{"name":"patchgap"},"files":["kbs.csv"]}"#, true),
            (r#"{"tool":{"name":"other"},"files":["kbs.csv"]}"#, false),
            (r#"{"tool":{"name":"patchgap"},"files":"kbs.csv"}"#, false),
            (r#"{"tool":{"name":"patchgap"},"files":["../x"]}"#, false),
            (r#"{"files":["kbs.csv"]}"#, false),
            ("mine", false),
        ] {
            fs::write(path.join("summary.json"), summary).unwrap();
            let owned = Owned::of(path).unwrap();
            assert_eq!(owned.is_others(path, "kbs.csv"), !ours, "{summary}");
            assert!(owned.is_others(path, "gaps.csv"), "{summary}");
            assert!(!owned.is_others(path, "machines.csv"), "{summary}");
        }
    }

    #[test]
    fn unreadable_list_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        for content in [&b"kbs.csv"[..], b"\xff", &vec![b'#'; 2 << 20]] {
            fs::write(&path, content).unwrap();
            assert!(Owned::of(folder.path()).is_err());
        }
        // The impossible folder is reported elsewhere.
        assert_eq!(Owned::of(&path).unwrap(), Owned::default());
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(Owned::of(folder.path()).is_err());
    }
}
