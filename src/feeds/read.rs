//! Reads the folder, before the run's first request.

use std::{fs::File, io::ErrorKind, path::Path};

use jiff::Timestamp;
use tracing::warn;

use super::{
    cache::Cache,
    error::FeedError,
    files::{EPSS, FeedFile, Files, KEV},
};
use crate::{
    config::FeedsFolder,
    domain::text::chain,
    risk::{Epss, FeedProblem, Feeds, Kev, Msrc, MsrcReader, error::Problem},
};

/// Reads the feeds in a folder. For a configured folder, any problem is an error; in the platform's default
/// folder, it only disables the feed. The result is cached next to the store, if there is one.
pub fn read(
    folder: &FeedsFolder,
    store: Option<&Path>,
    now: Timestamp,
) -> Result<Feeds, FeedError> {
    let mut reading = Reading {
        folder,
        now,
        is_whole: true,
    };
    let files = reading.list()?;
    let cache = store.map(|store| Cache::beside(store, &files));
    if let Some(feeds) = cache.as_ref().and_then(Cache::read) {
        return Ok(feeds);
    }
    let feeds = reading.read(&files)?;
    if let Some(cache) = cache.filter(|_| reading.is_whole && !feeds.is_empty()) {
        cache.write(&feeds);
    }
    Ok(feeds)
}

/// How a folder is being read.
struct Reading<'folder> {
    folder: &'folder FeedsFolder,
    now: Timestamp,
    /// Whether every file could be read.
    is_whole: bool,
}

impl Reading<'_> {
    fn list(&mut self) -> Result<Files, FeedError> {
        let path = &self.folder.path;
        match Files::list(path) {
            // Most users have no such folder.
            Err(error) if error.kind() == ErrorKind::NotFound && !self.folder.is_named => {
                Ok(Files::default())
            }
            listed => {
                let listed = listed.map_err(|error| Problem::from(error).into());
                Ok(self.or_warn(path, listed)?.unwrap_or_default())
            }
        }
    }

    fn read(&mut self, files: &Files) -> Result<Feeds, FeedError> {
        let now = self.now;
        let kev = self.one(files.kev.as_ref(), |file| Kev::read(file, now))?;
        let epss = self.one(files.epss.as_ref(), |file| Epss::read(file, now))?;
        let feeds = Feeds::new(kev, epss, self.months(&files.months)?);
        if feeds.is_empty() && self.folder.is_named {
            warn!(
                "there are no feeds in {}: it has none of {}, {}, nor months such as 2026-Nov.json",
                self.folder.path.display(),
                KEV.join(", "),
                EPSS.join(", ")
            );
        }
        Ok(feeds)
    }

    fn one<T>(
        &mut self,
        file: Option<&FeedFile>,
        read: impl Fn(File) -> Result<T, FeedProblem>,
    ) -> Result<Option<T>, FeedError> {
        let Some(file) = file else {
            return Ok(None);
        };
        let read = open(&file.path).and_then(read);
        self.or_warn(&file.path, read)
    }

    fn months(&mut self, files: &[FeedFile]) -> Result<Option<Msrc>, FeedError> {
        let mut reader = MsrcReader::default();
        for file in files {
            let read = open(&file.path).and_then(|it| reader.read(it, self.now));
            self.or_warn(&file.path, read)?;
        }
        let months = reader.finish();
        Ok((months.cve_count() > 0).then_some(months))
    }

    /// The result; in the platform's default folder, an error only causes a warning.
    fn or_warn<T>(
        &mut self,
        path: &Path,
        read: Result<T, FeedProblem>,
    ) -> Result<Option<T>, FeedError> {
        let failed = |problem| FeedError {
            path: path.to_owned(),
            is_folder: path == self.folder.path,
            problem,
        };
        match read.map_err(failed) {
            Ok(feed) => Ok(Some(feed)),
            Err(error) if self.folder.is_named => Err(error),
            Err(error) => {
                self.is_whole = false;
                warn!("{}; the reports do without it", chain(&error));
                Ok(None)
            }
        }
    }
}

fn open(path: &Path) -> Result<File, FeedProblem> {
    Ok(File::open(path).map_err(Problem::from)?)
}
