//! Feeds that several runs share, because reading them takes seconds and memory.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use parking_lot::Mutex;

use super::feeds::read_feeds;
use crate::{config::Config, risk::Feeds, run::RunError};

/// The feeds of each folder that was read.
#[derive(Default)]
pub(crate) struct SharedFeeds(Mutex<Vec<(PathBuf, Arc<Feeds>)>>);

impl SharedFeeds {
    /// The feeds of a configuration.
    pub(in crate::run) fn of(
        &self,
        config: &Config,
        now: Timestamp,
    ) -> Result<Arc<Feeds>, RunError> {
        let Some(folder) = &config.feeds else {
            return read_feeds(config, now);
        };
        // Concurrent callers wait here instead of reading the folder again.
        let mut read = self.0.lock();
        let known = read.iter().find(|(path, _)| *path == folder.path);
        // Empty feeds are read again, because whether that is an error depends on the tenant.
        if let Some((_, feeds)) = known.filter(|(_, feeds)| !feeds.is_empty()) {
            return Ok(Arc::clone(feeds));
        }
        let feeds = read_feeds(config, now)?;
        read.push((folder.path.clone(), Arc::clone(&feeds)));
        Ok(feeds)
    }
}
