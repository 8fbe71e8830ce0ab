//! The paths of a run's files in a lake, in Hive's layout: readers take tenant and date from the
//! folders' names.

use std::fmt::Write;

use jiff::civil::Date;

use crate::report::Facts;

/// The folders for the files of a run.
pub(super) struct Folders {
    /// The name of the tenant's folder.
    tenant: String,
    /// The local date of the run's start.
    date: Date,
    /// The start of the run in UTC, to the second.
    time: String,
}

impl Folders {
    pub(super) fn of(facts: &Facts) -> Self {
        Self {
            tenant: tenant_folder(facts.tenant_id.as_deref().unwrap_or("unknown")),
            date: facts.started_on(),
            time: facts.started_at.strftime("%Y%m%dT%H%M%SZ").to_string(),
        }
    }

    /// The folder of a table.
    pub(super) fn of_table(&self, table: &str) -> String {
        let Self { tenant, date, .. } = self;
        format!("{table}/{tenant}/date={date}")
    }

    /// The name of a file. Runs that start in the same second are different parts.
    pub(super) fn name(&self, part: u32) -> String {
        format!("run-{}-{part}.parquet", self.time)
    }

    /// The path of a file of a table.
    pub(super) fn file(&self, table: &str, part: u32) -> String {
        format!("{}/{}", self.of_table(table), self.name(part))
    }
}

/// The name of a tenant's folder.
pub(super) fn tenant_folder(tenant: &str) -> String {
    format!("tenant={}", escaped(&tenant.to_lowercase()))
}

/// The value as a part of a folder's name. Other characters become `%` and two digits, which Hive
/// and Spark decode.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' => escaped.push(byte.into()),
            // Windows drops a dot at the end.
            b'.' if !escaped.is_empty() && escaped.len() + 1 < value.len() => escaped.push('.'),
            _ => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_safe_parts_of_a_name() {
        for (value, expected) in [
            (
                "38c1b815-70e5-4b3f-8f0b-0b1a6a2f6c11",
                "38c1b815-70e5-4b3f-8f0b-0b1a6a2f6c11",
            ),
            ("contoso.onmicrosoft.com", "contoso.onmicrosoft.com"),
            ("../a/b\\c", "%2E.%2Fa%2Fb%5Cc"),
            ("a.", "a%2E"),
            ("a=b:c\n", "a%3Db%3Ac%0A"),
            ("ä", "%C3%A4"),
        ] {
            assert_eq!(escaped(value), expected);
        }
    }
}
