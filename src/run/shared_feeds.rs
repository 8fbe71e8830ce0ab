//! Feeds that several runs share: reading them takes seconds, and memory.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use parking_lot::Mutex;

use super::{RunError, feeds::read_feeds};
use crate::{config::Config, risk::Feeds};

/// The feeds of the folders that were read, each once.
#[derive(Default)]
pub(crate) struct SharedFeeds(Mutex<Vec<(PathBuf, Arc<Feeds>)>>);

impl SharedFeeds {
    /// The feeds of a configuration.
    pub(super) fn of(&self, config: &Config, now: Timestamp) -> Result<Arc<Feeds>, RunError> {
        let Some(folder) = &config.feeds else {
            return read_feeds(config, now);
        };
        // Others wait here while a folder is read, instead of reading it, too.
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
