//! Reads the feeds of CVEs from their folder, before anything is requested.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;
use tracing::warn;

use super::{RunError, feed_error::FeedError};
use crate::{
    aggregate::RankBy,
    config::{Config, FeedsFolder},
    domain::text::chain,
    risk::{Epss, FeedProblem, Feeds, Kev, Msrc, MsrcReader, error::Problem},
};

/// The names of CISA's catalogue; the first that is there is read.
const KEV: [&str; 2] = [
    "known_exploited_vulnerabilities.json",
    "known_exploited_vulnerabilities.csv",
];

/// The names of the EPSS scores, likewise.
const EPSS: [&str; 2] = ["epss_scores-current.csv.gz", "epss_scores-current.csv"];

/// The months in the names of MSRC's files, such as `2026-Nov.json`.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads the feeds. Whatever is wrong with a named folder ends the run; in the platform's own folder it
/// only costs the feed.
pub(crate) fn read_feeds(config: &Config, now: Timestamp) -> Result<Arc<Feeds>, RunError> {
    let feeds = match &config.feeds {
        Some(folder) => Folder::list(folder, now)?.read()?,
        None => Feeds::default(),
    };
    if feeds.is_empty() && config.reports.rank_by == Some(RankBy::Risk) {
        return Err(RunError::NoFeeds);
    }
    Ok(Arc::new(feeds))
}

/// The files of a folder.
struct Folder<'config> {
    config: &'config FeedsFolder,
    /// Their names, sorted.
    names: Vec<String>,
    now: Timestamp,
}

impl<'config> Folder<'config> {
    fn list(config: &'config FeedsFolder, now: Timestamp) -> Result<Self, FeedError> {
        let mut folder = Self {
            config,
            names: Vec::new(),
            now,
        };
        match names(&config.path) {
            Ok(names) => folder.names = names,
            // Most people have no such folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !config.is_named => {}
            Err(error) => {
                let problem = FeedProblem::from(Problem::from(error));
                folder.or_warn(&config.path, Err::<(), _>(problem))?;
            }
        }
        Ok(folder)
    }

    fn read(&self) -> Result<Feeds, FeedError> {
        let kev = self.first(KEV, |file| Kev::read(file, self.now))?;
        let epss = self.first(EPSS, |file| Epss::read(file, self.now))?;
        let feeds = Feeds::new(kev, epss, self.months()?);
        if feeds.is_empty() && self.config.is_named {
            warn!(
                "there are no feeds in {}: it has none of {}, {}, nor months such as 2026-Nov.json",
                self.config.path.display(),
                KEV.join(", "),
                EPSS.join(", ")
            );
        }
        Ok(feeds)
    }

    /// The feed in the first of these files that is there.
    fn first<T>(
        &self,
        names: [&str; 2],
        read: impl Fn(File) -> Result<T, FeedProblem>,
    ) -> Result<Option<T>, FeedError> {
        let is_there = |name: &&str| self.names.iter().any(|it| it == name);
        let Some(name) = names.iter().find(|it| is_there(it)) else {
            return Ok(None);
        };
        let path = self.config.path.join(name);
        self.or_warn(&path, open(&path).and_then(read))
    }

    fn months(&self) -> Result<Option<Msrc>, FeedError> {
        let mut reader = MsrcReader::default();
        for name in self.names.iter().filter(|it| is_month(it)) {
            let path = self.config.path.join(name);
            let read = open(&path).and_then(|file| reader.read(file, self.now));
            self.or_warn(&path, read)?;
        }
        let months = reader.finish();
        Ok((!months.is_empty()).then_some(months))
    }

    /// What was read; in the platform's own folder, nothing and a warning if that failed.
    fn or_warn<T>(
        &self,
        path: &Path,
        read: Result<T, FeedProblem>,
    ) -> Result<Option<T>, FeedError> {
        let failed = |problem| FeedError {
            path: path.to_owned(),
            problem,
        };
        match read.map_err(failed) {
            Ok(feed) => Ok(Some(feed)),
            Err(error) if self.config.is_named => Err(error),
            Err(error) => {
                warn!("{}; the reports do without it", chain(&error));
                Ok(None)
            }
        }
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?;
    let names = entries.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()));
    let mut names = names.collect::<io::Result<Vec<String>>>()?;
    names.sort_unstable();
    Ok(names)
}

fn open(path: &Path) -> Result<File, FeedProblem> {
    Ok(File::open(path).map_err(Problem::from)?)
}

/// Whether a file has the name of a month of MSRC.
fn is_month(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let month = name.strip_suffix(".json").and_then(|it| it.split_once('-'));
    month.is_some_and(|(year, month)| {
        let is_year = year.len() == 4 && year.bytes().all(|it| it.is_ascii_digit());
        is_year && MONTHS.contains(&month)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_by_their_names() {
        for (name, expected) in [
            ("2026-Nov.json", true),
            ("2026-nov.JSON", true),
            ("2026-November.json", false),
            ("26-Nov.json", false),
            ("2026-Nov.json.part", false),
            ("2026-11.json", false),
            ("Nov.json", false),
        ] {
            assert_eq!(is_month(name), expected, "{name}");
        }
    }
}
