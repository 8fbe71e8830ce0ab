//! The service's own count next to that of an earlier run.

use rusqlite::{Connection, Result};

use super::earlier_runs::is_same_fleet;
use crate::{
    domain::census::Census,
    store::tables::{censuses, runs::RunId},
};

/// The census of the latest earlier run of the same machines. For a run of other machines, the difference to
/// the service's count means nothing.
pub(crate) fn earlier_census(connection: &Connection, run: RunId) -> Result<Option<Census>> {
    for earlier in censuses::runs_before(connection, run)? {
        if is_same_fleet(connection, earlier, run)? {
            return censuses::of_run(connection, earlier);
        }
    }
    Ok(None)
}
