//! The formats that `--format` chooses from.

use crate::words::words;

words! {
    /// A family of report files.
    pub enum Format {
        /// `kbs.csv`, `machines.csv`, `gaps.csv` and `failures.csv`.
        Csv = "csv",
        /// `report.json` and `summary.json`.
        Json = "json",
    }
}
