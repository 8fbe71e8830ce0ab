//! Fetches the software inventory: which versions of Microsoft's products each machine has.

use jiff::{SignedDuration, Timestamp};
use tracing::{debug, warn};

use super::bulk::{BulkFetcher, Fetched, NoRows};
use crate::{
    defender::BulkApi,
    domain::software::{SoftwareInventory, SoftwareRows},
};

/// An inventory older than this does not show what was installed since.
const OLD_INVENTORY_AGE: SignedDuration = SignedDuration::from_hours(24);

/// Fetches the whole inventory. The error explains why there is none.
pub async fn fetch<A: BulkApi>(fetcher: &BulkFetcher<'_, A>) -> Result<SoftwareInventory, String> {
    let all = fetcher.rows::<SoftwareRows>().await;
    let Fetched {
        rows, generated_at, ..
    } = all.map_err(|problem: NoRows| problem.because)?;
    let inventory = rows.finish(generated_at);
    warn_of_age(inventory.generated_at, (fetcher.clock)());
    debug!(
        machines = inventory.machines.len(),
        versions = inventory.versions.len(),
        "software inventory fetched"
    );
    Ok(inventory)
}

fn warn_of_age(generated_at: Timestamp, now: Timestamp) {
    if now.duration_since(generated_at) > OLD_INVENTORY_AGE {
        warn!(
            "The software inventory is more than a day old, from {generated_at:.0}: it does not \
             show what was installed since"
        );
    }
}
