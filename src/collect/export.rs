//! Fetches the missing KBs of every machine from the export of software vulnerabilities.

use tracing::debug;

use super::bulk::{BulkFetcher, Fetched, NoRows};
use crate::{
    defender::BulkApi,
    domain::requests::Requests,
    domain::vulnerabilities::{BulkAnswers, VulnerabilityRows},
};

/// Fetches the whole export, and also returns the number of calls. No answer is final before the last file has
/// been read, because a machine may be in several files.
pub async fn fetch<A: BulkApi>(
    fetcher: &BulkFetcher<'_, A>,
) -> Result<(BulkAnswers, Requests), NoRows> {
    let Fetched {
        rows,
        generated_at,
        requests,
    } = fetcher.rows::<VulnerabilityRows>().await?;
    let count = rows.counts.rows;
    let answers = rows.finish(generated_at);
    let machines = answers.machines().count();
    debug!(
        machines,
        rows = count,
        "export of software vulnerabilities fetched"
    );
    Ok((answers, requests))
}
