//! The stores of all tenants.

use std::{collections::HashSet, path::Path};

use crate::{report::output::resolved, store::StoreFile};

/// The distinct files of the stores.
pub(crate) struct Stores(Vec<StoreFile>);

impl Stores {
    /// For this number of concurrent runs.
    pub(crate) fn of<'path>(paths: impl IntoIterator<Item = &'path Path>, runs: usize) -> Self {
        let paths = distinct(paths).into_iter();
        Self(
            paths
                .map(|path| StoreFile::new(path).for_runs(runs))
                .collect(),
        )
    }

    /// The store in this file, however its path is spelled.
    pub(crate) fn find(&self, path: &Path) -> Option<&StoreFile> {
        let path = resolved(path);
        self.iter().find(|store| resolved(store.path()) == path)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &StoreFile> {
        self.0.iter()
    }
}

/// The first path of each file, however it is spelled.
pub(crate) fn distinct<'path>(paths: impl IntoIterator<Item = &'path Path>) -> Vec<&'path Path> {
    let mut seen = HashSet::new();
    let paths = paths.into_iter();
    paths.filter(|path| seen.insert(resolved(path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_under_two_spellings_is_one_store() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (one, again, other) = (at("a.sqlite"), at("x/../a.sqlite"), at("b.sqlite"));
        let paths = [&*one, &*again, &*other, &*one];
        assert_eq!(distinct(paths), [&*one, &*other]);
        let stores = Stores::of(paths, 1);
        assert_eq!(stores.iter().count(), 2);
        assert_eq!(stores.find(&again).map(StoreFile::path), Some(&*one));
        assert!(stores.find(&at("c.sqlite")).is_none());
    }
}
