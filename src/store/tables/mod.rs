//! The tables: writing and reading each of them, over any connection.
//!
//! - Runs: `runs`, `run_kbs`, `releases`, `selections`, `bulk`, `censuses`, `cross_checks`,
//!   `list_checks`, `software/`; runs over several tenants: `tenants_runs`
//! - Lists of machines: `inventories`, `skipped`, `fingerprint`; `machine_ids`: the store's numbers for
//!   machines
//! - Answers: `answers`, `missing_kbs`, `cves`, `since`; `answer_cells`, `since_text`: their cells
//! - Quota: `calls`, `learned_limits`
//! - The service's data over time: `census_kbs`, `watermarks`
//! - `cells`: JSON lists, words and times in cells

pub(crate) mod answer_cells;
pub(crate) mod answers;
pub(crate) mod bulk;
pub(crate) mod calls;
pub(crate) mod cells;
pub(crate) mod census_kbs;
pub(crate) mod censuses;
pub(crate) mod cross_checks;
pub(crate) mod cves;
pub(crate) mod fingerprint;
pub(crate) mod inventories;
pub(crate) mod learned_limits;
pub(crate) mod list_checks;
pub(crate) mod machine_ids;
pub(crate) mod missing_kbs;
pub(crate) mod releases;
pub(crate) mod run_kbs;
pub(crate) mod runs;
pub(crate) mod selections;
pub(crate) mod since;
mod since_text;
pub(crate) mod skipped;
pub(crate) mod software;
pub(crate) mod tenants_runs;
pub(crate) mod watermarks;

use rusqlite::{Connection, Result, Transaction};

/// A transaction for many queries, so that each of them need not lock the file; `None` if there already is
/// one.
pub(crate) fn reading(connection: &Connection) -> Result<Option<Transaction<'_>>> {
    let is_needed = connection.is_autocommit();
    is_needed
        .then(|| connection.unchecked_transaction())
        .transpose()
}
