//! Reads the feeds of CVEs (KEV, EPSS, MSRC) before anything is requested.

use std::sync::Arc;

use jiff::Timestamp;

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
