//! Checks whether two paths refer to the same file, however they are spelled.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The maximum number of dangling symbolic links to follow.
const LINKS: u32 = 40;

/// A path as the file system sees it. Resolving it takes some system calls, so it is done once for
/// many comparisons.
pub(super) struct Located {
    resolved: PathBuf,
    /// `None` if there is no such file.
    identity: Option<Identity>,
}

impl Located {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            resolved: resolved(path),
            identity: identity(path),
        }
    }

    /// The file of this name in the folder, which is at `path`.
    pub(super) fn file(&self, path: &Path, name: &Path) -> Self {
        match self.identity {
            Some(_) => Self::new(&path.join(name)),
            // Nothing is in a folder that does not exist.
            None => Self {
                resolved: self.resolved.join(name),
                identity: None,
            },
        }
    }

    /// Whether both paths refer to the same file, now or once it is created. Handles symbolic and hard
    /// links, `..`, and case-insensitive file systems.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.identity, &other.identity) {
            (Some(one), Some(other)) => one == other,
            // Without a file, case sensitivity is unknown: assume a case-insensitive file system.
            (None, None) => {
                let folded = |path: &Path| path.to_string_lossy().to_lowercase();
                folded(&self.resolved) == folded(&other.resolved)
            }
            _ => self.resolved == other.resolved,
        }
    }

    /// Whether this path is below the other one. Neither needs to exist.
    pub(super) fn is_below(&self, other: &Self) -> bool {
        self.resolved != other.resolved && self.resolved.starts_with(&other.resolved)
    }
}

/// Whether both paths refer to the same file, now or once it is created.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    Located::new(one).is_same(&Located::new(other))
}

/// The path in a form in which the same folder has the same text on a file system that ignores case.
pub fn comparable(path: &Path) -> PathBuf {
    resolved(path).to_string_lossy().to_lowercase().into()
}

/// The file system's identity of a file.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(windows)]
type Identity = same_file::Handle;

/// The identity of a file. `None` if the file does not exist.
#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(windows)]
fn identity(path: &Path) -> Option<Identity> {
    same_file::Handle::from_path(path).ok()
}

/// The path without links and `..`. Components that do not exist are appended unchanged.
pub fn resolved(path: &Path) -> PathBuf {
    follow(path, LINKS)
}

fn follow(path: &Path, links: u32) -> PathBuf {
    if let Ok(found) = fs::canonicalize(path) {
        return found;
    }
    let folder = path.parent().map(|folder| match folder.as_os_str() {
        name if name.is_empty() => Path::new("."),
        _ => folder,
    });
    let Some(folder) = folder else {
        return path.to_owned();
    };
    if links > 0
        && let Ok(target) = fs::read_link(path)
    {
        return follow(&folder.join(target), links - 1);
    }
    let mut found = follow(folder, links);
    match path.file_name() {
        Some(name) => found.push(name),
        // The path ends in `..`.
        None => _ = found.pop(),
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_below(one: &Path, other: &Path) -> bool {
        Located::new(one).is_below(&Located::new(other))
    }

    /// A folder with `there`, `folder/there` and, on Unix, links.
    fn place() -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("there"), "").unwrap();
        fs::write(at("folder/there"), "").unwrap();
        fs::hard_link(at("there"), at("hard")).unwrap();
        #[cfg(unix)]
        for (target, link) in [
            ("there", "soft"),
            ("folder", "way"),
            ("folder/missing", "dangling"),
            ("dangling", "twice"),
            ("circle", "circle"),
        ] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }
        place
    }

    #[test]
    fn different_spellings_of_one_path_are_the_same_file() {
        let place = place();
        for (one, other, expected) in [
            ("there", "there", true),
            ("there", "./there", true),
            ("there", "folder/../there", true),
            ("there", "hard", true),
            ("there", "folder/there", false),
            ("missing", "missing", true),
            ("missing", "folder/../missing", true),
            ("missing", "nowhere/../missing", true),
            ("missing", "Missing", true),
            ("missing", "folder/missing", false),
            ("missing", "there", false),
            ("nowhere/missing", "nowhere/./missing", true),
        ] {
            let at = |name: &str| place.path().join(name);
            assert_eq!(is_same(&at(one), &at(other)), expected, "{one} {other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let place = place();
        for (one, other, expected) in [
            ("there", "soft", true),
            ("folder/there", "way/there", true),
            ("folder/missing", "way/missing", true),
            ("folder/missing", "dangling", true),
            ("folder/missing", "twice", true),
            ("missing", "dangling", false),
            ("circle", "there", false),
        ] {
            let at = |name: &str| place.path().join(name);
            assert_eq!(is_same(&at(one), &at(other)), expected, "{one} {other}");
            assert_eq!(is_same(&at(other), &at(one)), expected, "{other} {one}");
        }
    }

    #[test]
    fn relative_paths_start_at_the_working_directory() {
        let here = std::env::current_dir().unwrap();
        assert!(is_same(Path::new("missing"), &here.join("missing")));
        assert!(is_same(Path::new("Cargo.toml"), &here.join("Cargo.toml")));
        assert!(is_below(&here.join("missing/file"), Path::new("missing")));
        assert!(is_below(Path::new("missing"), Path::new(".")));
        assert!(!is_below(Path::new("."), Path::new(".")));
    }
}
