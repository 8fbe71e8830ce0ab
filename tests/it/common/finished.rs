//! A finished run: its exit code, output and reports.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Output,
};

use patchgap::domain::machine::MachineId;
use serde_json::Value;

use super::mask_columns;

/// One row of a CSV report, by column.
pub(crate) type Row = BTreeMap<String, String>;

/// Numbers of machines by status.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) answered: u64,
    pub(crate) not_found: u64,
    pub(crate) failed: u64,
    pub(crate) pending: u64,
}

/// A finished run.
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    reports: PathBuf,
}

impl Finished {
    pub(crate) fn new(output: Output, reports: PathBuf) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            reports,
        }
    }

    /// Asserts the exit code, and shows the output otherwise.
    #[track_caller]
    pub(crate) fn exits_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error contains a text.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "not `{text}`:\n{}", self.stderr);
        self
    }

    /// The rows of a CSV report.
    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.reports.join(name)).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// The row of a CSV report about this machine.
    #[track_caller]
    pub(crate) fn row(&self, name: &str, machine: MachineId) -> Row {
        let id = machine.to_string();
        let mut rows = self.rows(name).into_iter();
        let row = rows.find(|row| row["machineId"] == id);
        assert!(row.is_some(), "{name} has no row for {id}");
        row.unwrap()
    }

    /// Numbers of machines by status, from `summary.json`; they must add up.
    #[track_caller]
    pub(crate) fn counts(&self) -> Counts {
        let summary = self.summary();
        let count = |name: &str| summary["machines"][name].as_u64().unwrap();
        let counts = Counts {
            answered: count("answered"),
            not_found: count("notFound"),
            failed: count("failed"),
            pending: count("pending"),
        };
        let sum = counts.answered + counts.not_found + counts.failed + counts.pending;
        assert_eq!(Some(sum), summary["inventory"]["machines"].as_u64());
        counts
    }

    /// The bytes of a report.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.reports.join(name)).unwrap()
    }

    /// A CSV report with every cell of these columns masked, because they differ between runs.
    pub(crate) fn masked(&self, name: &str, columns: &[&str]) -> String {
        mask_columns(&String::from_utf8(self.bytes(name)).unwrap(), columns)
    }

    /// `summary.json`.
    pub(crate) fn summary(&self) -> Value {
        serde_json::from_slice(&self.bytes("summary.json")).unwrap()
    }

    /// Whether any report was written.
    pub(crate) fn has_reports(&self) -> bool {
        self.reports.join("summary.json").exists()
    }

    /// Asserts that the final hint contains a text.
    #[track_caller]
    pub(crate) fn hints(self, text: &str) -> Self {
        let hint = self.stderr.lines().last().unwrap_or_default();
        assert!(hint.starts_with("hint: "), "no hint:\n{}", self.stderr);
        assert!(hint.contains(text), "no hint at `{text}`:\n{hint}");
        self
    }

    /// The names of all files in the report folder, including hidden ones.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        fs::read_dir(&self.reports)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}
