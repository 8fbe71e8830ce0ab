//! A cache of the feeds next to the store: the files of three years take seconds to read, the cache a
//! fraction of a second.
//!
//! The cache is gzip, whose checksum detects any damage: a line that identifies the source files, then the
//! feeds.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use serde_json::json;
use tempfile::NamedTempFile;
use tracing::debug;

use super::files::{FeedFile, Files};
use crate::risk::{
    Feeds,
    stored::{restored, store},
};

/// Increased whenever the same files are parsed differently.
const FORMAT_VERSION: u32 = 1;

/// The suffix added to the name of the store.
const CACHE_SUFFIX: &str = ".feeds";

/// The maximum size: more than the feeds of many years take.
const MAX_BYTES: u64 = 512 << 20;

/// The cache for the files of a folder.
pub(super) struct Cache {
    path: PathBuf,
    /// The files, as text in a single line.
    key: String,
}

impl Cache {
    /// The cache next to this store, for these files.
    pub(super) fn beside(store: &Path, files: &Files) -> Self {
        let mut name = OsString::from(store.file_name().unwrap_or_default());
        name.push(CACHE_SUFFIX);
        Self {
            path: store.with_file_name(name),
            key: key(files),
        }
    }

    /// The feeds, if the cache was made from these files and is undamaged.
    pub(super) fn read(&self) -> Option<Feeds> {
        let file = BufReader::new(File::open(&self.path).ok()?);
        let mut text = Vec::new();
        let mut unpacked = GzDecoder::new(file).take(MAX_BYTES);
        unpacked.read_to_end(&mut text).ok()?;
        let rest = text.strip_prefix(self.key.as_bytes())?;
        restored(rest.strip_prefix(b"\n")?)
    }

    /// Stores these feeds. If that fails, for example because the store's folder does not exist yet, the next
    /// run reads the files again.
    pub(super) fn write(&self, feeds: &Feeds) {
        if let Err(error) = self.replace(feeds) {
            debug!("{}: the feeds are not kept: {error}", self.path.display());
        }
    }

    fn replace(&self, feeds: &Feeds) -> io::Result<()> {
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder)?;
        let mut packed = GzEncoder::new(file, Compression::fast());
        packed.write_all(self.key.as_bytes())?;
        packed.write_all(b"\n")?;
        store(feeds, io::BufWriter::new(&mut packed))?;
        packed.finish()?.persist(&self.path)?;
        Ok(())
    }
}

fn key(files: &Files) -> String {
    let file = |it: &FeedFile| json!([it.path, it.state.size, it.state.modified]);
    let files: Vec<_> = files.all().map(file).collect();
    json!([FORMAT_VERSION, env!("CARGO_PKG_VERSION"), files]).to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{feeds::files::FileState, risk::tests::feeds};

    /// The cache of a folder with one file.
    fn cache(folder: &Path, state: FileState) -> Cache {
        let file = FeedFile {
            path: "feeds/2026-Nov.json".into(),
            state,
        };
        let files = Files {
            months: vec![file],
            ..Files::default()
        };
        Cache::beside(&folder.join("store.sqlite"), &files)
    }

    const STATE: FileState = FileState {
        size: 9,
        modified: 7,
    };

    #[test]
    fn feeds_are_cached_for_the_same_files_only() {
        let folder = tempfile::tempdir().unwrap();
        let same = cache(folder.path(), STATE);
        assert_eq!(same.read(), None);
        same.write(&feeds());
        assert_eq!(same.read(), Some(feeds()));
        for changed in [
            FileState { size: 8, ..STATE },
            FileState {
                modified: 8,
                ..STATE
            },
        ] {
            assert_eq!(cache(folder.path(), changed).read(), None, "{changed:?}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn damaged_cache_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), STATE);
        cache.write(&feeds());
        let whole = fs::read(&cache.path).unwrap();
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&cache.path, &damaged).unwrap();
            let read = cache.read();
            // Some bytes of the gzip header have no meaning.
            assert!(read.is_none() || (at < 10 && read == Some(feeds())), "{at}");
            fs::write(&cache.path, &whole[..at]).unwrap();
            assert_eq!(cache.read(), None, "{at}");
        }
        cache.write(&feeds());
        assert_eq!(cache.read(), Some(feeds()));
    }
}
