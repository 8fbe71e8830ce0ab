//! Reads the feeds of CVEs (KEV, EPSS, MSRC) before anything is requested.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::{aggregate::RankBy, config::Config, feeds, risk::Feeds, run::RunError};

/// The feeds in the configured folder; empty if none is configured.
pub(crate) fn read_feeds(config: &Config, now: Timestamp) -> Result<Arc<Feeds>, RunError> {
    // A dry run writes nothing.
    let store = config.store.path.as_deref().filter(|_| !config.dry_run);
    let feeds = match &config.feeds {
        Some(folder) => feeds::read(folder, store, now)?,
        None => Feeds::default(),
    };
    if feeds.is_empty() && config.reports.rank_by == Some(RankBy::Risk) {
        return Err(RunError::NoFeeds);
    }
    Ok(Arc::new(feeds))
}

/// The feeds of several runs: each folder is read once, because that takes seconds, and memory.
#[derive(Default)]
pub(crate) struct SharedFeeds(Mutex<Vec<(PathBuf, Arc<Feeds>)>>);

impl SharedFeeds {
    /// The feeds of a configuration.
    pub(super) fn of(&self, config: &Config, now: Timestamp) -> Result<Arc<Feeds>, RunError> {
        let Some(folder) = &config.feeds else {
            return read_feeds(config, now);
        };
        // Concurrent callers wait here instead of reading the folder again.
        let mut read = self.0.lock();
        let known = read.iter().find(|(path, _)| *path == folder.path);
        // Whether feeds are required depends on the tenant.
        if let Some((_, feeds)) = known.filter(|(_, feeds)| !feeds.is_empty()) {
            return Ok(Arc::clone(feeds));
        }
        let feeds = read_feeds(config, now)?;
        read.push((folder.path.clone(), Arc::clone(&feeds)));
        Ok(feeds)
    }
}
