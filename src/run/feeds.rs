//! The feeds of CVEs, before anything is requested.

use std::sync::Arc;

use jiff::Timestamp;

use super::RunError;
use crate::{aggregate::RankBy, config::Config, feeds, risk::Feeds};

/// Reads the feeds of a run: those in its folder, if it has one.
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
