//! Fetches the machines that the service names as changed.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use jiff::{SignedDuration, Timestamp};

use super::bulk::{BulkFetcher, NoRows};
use crate::{
    defender::BulkApi,
    domain::{
        bulk::Dataset, machine::MachineId, requests::Requests, vulnerabilities::ChangedMachines,
    },
};

/// Changes are computed between two exports, which are six hours apart: with this overlap, none is missed.
const CHANGES_OVERLAP: SignedDuration = SignedDuration::from_hours(6);
/// How long the service keeps changes.
const CHANGES_KEPT_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The start of the changes to request, given the time of the last ones; `None` if the service no longer has
/// all changes since then.
pub fn begin(watermark: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let since = watermark.saturating_sub(CHANGES_OVERLAP).ok()?;
    (now.duration_since(since) < CHANGES_KEPT_FOR).then_some(since)
}

/// The time for which the service's latest export holds.
pub async fn latest_export<A: BulkApi>(
    fetcher: &BulkFetcher<'_, A>,
) -> Result<Option<Timestamp>, NoRows> {
    let mut requests = Requests::default();
    let export = fetcher.export(Dataset::Vulnerabilities, &mut requests);
    Ok(export.await?.generated_at)
}

/// The machines with a change since this time.
pub async fn changed_since<A: BulkApi>(
    fetcher: &BulkFetcher<'_, A>,
    since: Timestamp,
) -> Result<HashSet<MachineId, RandomState>, NoRows> {
    let changed = fetcher.read_pages_since::<ChangedMachines>(since).await?;
    changed.warn_of_unreadable();
    Ok(changed.rows.machines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_overlap_and_go_back_fourteen_days() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-30T12:00:00Z");
        for (watermark, expected) in [
            ("2026-11-29T06:00:00Z", Some("2026-11-29T00:00:00Z")),
            ("2026-11-16T19:00:00Z", Some("2026-11-16T13:00:00Z")),
            ("2026-11-16T18:00:00Z", None),
            ("2026-01-01T00:00:00Z", None),
        ] {
            assert_eq!(begin(at(watermark), now), expected.map(at), "{watermark}");
        }
    }
}
