//! The service's own count of machines that miss a KB, by product.

use serde::Serialize;

use super::kb::KbId;

/// The vendor whose products are counted by default. Its products' ids start with it.
pub const MICROSOFT: &str = "microsoft";

/// Separates vendor and name in the id of a product.
const SEPARATOR: &str = "-_-";

/// A product of the tenant, as the service lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id, such as `microsoft-_-windows_11`.
    pub id: String,
    /// Its vendor.
    pub vendor: String,
    /// The number of machines that miss an update for it; `None` if that cannot be parsed.
    pub exposed_machines: Option<u64>,
}

impl Product {
    /// Its name, as in the `productsNames` of a missing KB.
    pub fn name(&self) -> &str {
        let name = self.id.split_once(SEPARATOR);
        name.map_or(&self.id, |(_, name)| name)
    }

    /// Whether it is one of Microsoft's.
    pub fn is_microsofts(&self) -> bool {
        self.vendor.eq_ignore_ascii_case(MICROSOFT)
    }
}

/// The id of a product of Microsoft's.
pub fn microsoft_id(name: &str) -> String {
    format!("{MICROSOFT}{SEPARATOR}{name}")
}

/// A product whose count could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UncountedProduct {
    /// Its name.
    pub product: String,
    /// Why there is no count.
    pub because: String,
}

/// A KB of a product: the service's own count next to the count from the answers of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CensusRow {
    /// The product, as in the `productsNames` of a missing KB.
    pub product: String,
    /// The KB.
    pub kb: KbId,
    /// The machines of the run that miss it in this product.
    pub ours: u64,
    /// The machines of the tenant that miss it, as the service counts them.
    pub service: u64,
    /// The machines of the list without an answer whose last answer had it.
    pub not_answered: u64,
}

impl CensusRow {
    /// The service's count minus the run's count.
    pub fn difference(&self) -> i64 {
        let clamped = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        clamped(self.service).saturating_sub(clamped(self.ours))
    }

    /// The part of the difference that machines without an answer cannot explain.
    pub fn unexplained(&self) -> i64 {
        let not_answered = i64::try_from(self.not_answered).unwrap_or(i64::MAX);
        self.difference().saturating_sub(not_answered)
    }
}

/// The census of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Every KB in either count, for the products whose count could be fetched: by product, then by KB.
    pub rows: Vec<CensusRow>,
    /// The products whose count could not be fetched, by name.
    pub left_out: Vec<UncountedProduct>,
    /// Why there is no census at all.
    pub missing_because: Option<String>,
}

/// The number of rows of a census.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CensusCounts {
    /// All rows.
    pub compared: u64,
    /// Rows in which both sides count the same.
    pub agreeing: u64,
    /// The others.
    pub differing: u64,
    /// Rows whose difference is not the number of machines without an answer. Where both counts agree, there is nothing
    /// to explain: a machine that is gone has no answer, and is not counted.
    pub unexplained: u64,
}

impl Census {
    /// A census without rows, because it could not be fetched.
    pub fn missing(because: impl Into<String>) -> Self {
        Self {
            missing_because: Some(because.into()),
            ..Self::default()
        }
    }

    /// Whether anything was compared.
    pub fn is_there(&self) -> bool {
        self.missing_because.is_none()
    }

    /// The number of rows by result of the comparison.
    pub fn counts(&self) -> CensusCounts {
        let count =
            |is: fn(&CensusRow) -> bool| self.rows.iter().filter(|row| is(row)).count() as u64;
        CensusCounts {
            compared: self.rows.len() as u64,
            agreeing: count(|row| row.difference() == 0),
            differing: count(|row| row.difference() != 0),
            unexplained: count(|row| row.difference() != 0 && row.unexplained() != 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: u64, service: u64, not_answered: u64) -> CensusRow {
        CensusRow {
            product: "edge".to_owned(),
            kb: KbId::new("1"),
            ours,
            service,
            not_answered,
        }
    }

    #[test]
    fn name_is_what_follows_the_vendor() {
        for (id, name) in [
            ("microsoft-_-windows_11", "windows_11"),
            ("microsoft-_-a-_-b", "a-_-b"),
            ("windows_11", "windows_11"),
        ] {
            let product = Product {
                id: id.to_owned(),
                vendor: "Microsoft".to_owned(),
                exposed_machines: None,
            };
            assert_eq!(product.name(), name);
            assert!(product.is_microsofts());
        }
        assert_eq!(microsoft_id("edge"), "microsoft-_-edge");
    }

    #[test]
    fn machines_without_an_answer_explain_a_difference() {
        for (row, difference, unexplained) in [
            (row(233, 240, 2), 7, 5),
            (row(3, 3, 0), 0, 0),
            (row(3, 3, 1), 0, -1),
            (row(5, 2, 0), -3, -3),
            (row(0, 4, 4), 4, 0),
            (row(0, u64::MAX, 0), i64::MAX, i64::MAX),
        ] {
            assert_eq!(
                (row.difference(), row.unexplained()),
                (difference, unexplained)
            );
        }
    }

    #[test]
    fn rows_are_counted_by_result() {
        let census = Census {
            rows: vec![
                row(1, 1, 0),
                row(1, 3, 2),
                row(1, 3, 1),
                row(2, 2, 1),
                row(2, 1, 0),
            ],
            ..Census::default()
        };
        let expected = CensusCounts {
            compared: 5,
            agreeing: 2,
            differing: 3,
            unexplained: 2,
        };
        assert_eq!(census.counts(), expected);
    }
}
