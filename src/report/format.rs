//! The formats that `--format` chooses from.

use crate::domain::words::words;

words! {
    /// A family of report files.
    pub enum Format {
        /// `kbs.csv`, `machines.csv`, `gaps.csv` and `failures.csv`.
        Csv = "csv",
        /// `report.json` and `summary.json`.
        Json = "json",
        /// `report.html`.
        Html = "html",
        /// `report.xlsx`.
        Xlsx = "xlsx",
        /// `kbs.parquet`, `machines.parquet`, `gaps.parquet`, `changes.parquet`.
        Parquet = "parquet",
        /// `findings.ocsf.ndjson`.
        Ocsf = "ocsf",
    }
}

impl Format {
    /// Whether this build can write the format: Parquet is an optional feature.
    pub const fn is_built(self) -> bool {
        !matches!(self, Self::Parquet) || cfg!(feature = "parquet")
    }
}
