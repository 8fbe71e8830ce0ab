//! Data that the service returns for all machines in one dataset.

use jiff::Timestamp;

use super::{answer::Source, api::Api, words::words};

/// At most one row in this many may be unreadable.
const ROWS_PER_UNREADABLE: u64 = 1000;

words! {
    /// Rows about all machines of a tenant, as files or as pages.
    pub enum Dataset {
        /// The installed software, and when its support ends.
        Software = "software inventory",
        /// The CVEs of the installed software, and the updates that address them.
        Vulnerabilities = "export of software vulnerabilities",
        /// The changes to these vulnerabilities since a given time.
        Changes = "changes of software vulnerabilities",
    }
}

impl Dataset {
    /// The API that returns the dataset as pages.
    pub const fn pages(self) -> Api {
        match self {
            Self::Software => Api::Software,
            Self::Vulnerabilities => Api::Vulnerabilities,
            Self::Changes => Api::VulnerabilityChanges,
        }
    }

    /// The API that returns the URLs of the dataset's files.
    pub const fn export(self) -> Api {
        match self {
            Self::Software => Api::SoftwareExport,
            // Changes are the difference between two exports, and have no files of their own.
            Self::Vulnerabilities | Self::Changes => Api::VulnerabilityExport,
        }
    }
}

/// The result of reading a bulk source: one that returns all machines together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkReading {
    /// Which source: the export or hunting.
    pub source: Source,
    /// The time for which its answers hold.
    pub generated_at: Timestamp,
    /// The machines in it that are not on the list.
    pub unlisted: u64,
    /// Its rows that name an update, but no CVE.
    pub rows_without_cve: u64,
}

/// The number of rows received, and how many of them could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// All rows, readable or not.
    pub rows: u64,
    /// The rows that could not be read.
    pub unreadable: u64,
    /// What is wrong with the first of these.
    pub example: Option<String>,
}

impl RowCounts {
    /// Counts the last row as unreadable. `problem` receives the number of the row.
    pub fn add_unreadable(&mut self, problem: impl FnOnce(u64) -> String) {
        self.unreadable += 1;
        if self.example.is_none() {
            self.example = Some(problem(self.rows));
        }
    }

    /// Whether too many rows are unreadable to trust the others.
    pub fn is_mostly_unreadable(&self) -> bool {
        self.unreadable.saturating_mul(ROWS_PER_UNREADABLE) > self.rows
    }

    /// Adds the rows of another file or page.
    pub fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.unreadable += other.unreadable;
        self.example = self.example.take().or(other.example);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unreadable_row_in_a_thousand_is_accepted() {
        for (rows, unreadable, expected) in [
            (0, 0, false),
            (999, 1, true),
            (1000, 1, false),
            (1001, 2, true),
            (2000, 2, false),
        ] {
            let counts = RowCounts {
                rows,
                unreadable,
                example: None,
            };
            assert_eq!(counts.is_mostly_unreadable(), expected, "{rows}");
        }
    }

    #[test]
    fn first_problem_is_the_example() {
        let mut counts = RowCounts {
            rows: 1_234,
            ..RowCounts::default()
        };
        counts.add_unreadable(|number| format!("row {number} is cut"));
        counts.merge(RowCounts {
            rows: 2,
            unreadable: 1,
            example: Some("row 1 is long".to_owned()),
        });
        assert_eq!(counts.rows, 1_236);
        assert_eq!(counts.unreadable, 2);
        assert_eq!(counts.example.as_deref(), Some("row 1234 is cut"));
    }
}
