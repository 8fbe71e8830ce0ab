//! Why an inventory cannot be read, and what to do about it.

use std::io;

use thiserror::Error;

use super::text::invisible::visible;
use crate::domain::text::counted;

/// How many characters of a text from the file an error shows.
const TEXT_SHOWN: usize = 60;

/// How many columns an error lists.
const COLUMNS_SHOWN: usize = 60;

/// The inventory cannot be read: no request is sent.
#[derive(Debug, Error)]
#[error("machine list `{file}`")]
pub struct InventoryError {
    /// The file as it was typed, or `-` for standard input.
    pub file: String,
    /// What is wrong with it.
    #[source]
    pub problem: Problem,
}

/// What is wrong with an inventory.
#[derive(Debug, Error)]
pub enum Problem {
    /// There is no such file.
    #[error("no such file")]
    Missing,
    /// It is a folder.
    #[error("it is a folder, not a file")]
    Folder,
    /// The system refuses to read it, or fails part-way.
    #[error("it cannot be read")]
    Unreadable(#[from] io::Error),
    /// An Excel workbook, which is not text.
    #[error("it is an Excel workbook, not CSV")]
    Workbook,
    /// No rows at all, not even a header.
    #[error("it is empty")]
    Empty,
    /// A header with no rows below it.
    #[error("it has a header but no rows")]
    NoRows,
    /// No column has the name of an id column.
    #[error("no known column of machine ids; columns found: {}", listed(columns))]
    NoIdColumn {
        /// Names of the columns in the file.
        columns: Vec<String>,
        /// A column that holds machine ids under another name.
        column_with_ids: Option<String>,
    },
    /// The requested column does not exist.
    #[error("no column `{}`; columns found: {}", shown(column), listed(columns))]
    NoSuchColumn {
        /// The requested name.
        column: String,
        /// Names of the columns in the file.
        columns: Vec<String>,
        /// Whether the first row already holds a machine id, so that it is not a header.
        no_header: bool,
    },
    /// No row has a machine id.
    #[error(
        "no valid machine id in {}; the first is on line {line}: `{}`",
        counted(*rows as u64, "row", "rows"),
        shown(input)
    )]
    NoValidId {
        /// The number of rows of data.
        rows: usize,
        /// Line on which the first of them begins.
        line: u64,
        /// The content of its id column.
        input: String,
        /// Another column that holds machine ids.
        column_with_ids: Option<String>,
    },
    /// Every machine is skipped.
    #[error("its column `skippedBecause` skips every machine ({0} of them)")]
    AllSkipped(u64),
    /// One row of a file without a header names several machines.
    #[error("line {line} contains more than one machine id")]
    SeveralIds {
        /// Line on which the row begins.
        line: u64,
    },
    /// A machine id outside the id column, which would be ignored.
    #[error("line {line} has a machine id outside the id column")]
    StrayId {
        /// Line on which the row begins.
        line: u64,
    },
    /// A second list with other columns begins in the middle of the file.
    #[error(
        "the header on line {line} differs from the first: {}",
        listed(columns)
    )]
    OtherHeader {
        /// Line on which the header begins.
        line: u64,
        /// The columns named by that header.
        columns: Vec<String>,
    },
    /// The file is JSON.
    #[error("it is JSON, not a list of machine ids")]
    Json {
        /// The `jq` filter that extracts the ids.
        query: String,
    },
    /// A row exceeds the maximum length.
    #[error("the row on line {line} is longer than 1 MiB")]
    LongRow {
        /// Line on which the row begins.
        line: u64,
    },
    /// The file exceeds a limit.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    /// A quoted cell is never closed and swallows the rest of the file.
    #[error("malformed CSV: the row on line {line} has an unclosed quote")]
    UnclosedQuote {
        /// Line on which the row begins.
        line: u64,
    },
}

/// The limit that a list exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TooMuch {
    /// Lines, including blank ones.
    #[error("it has more than 100,000,000 lines")]
    Lines,
    /// Rows of data.
    #[error("it has more than 10,000,000 rows")]
    Rows,
    /// Text in the columns other than the ids.
    #[error("its other columns are larger than 1 GiB")]
    Text,
    /// Rows of a table that is not a list of machines.
    #[error("it has more than 100,000 rows")]
    TableRows,
    /// Rows without a machine id.
    #[error("more than 1,000,000 of its rows have no machine id")]
    Rejected,
    /// Text in those rows.
    #[error("its rows without a machine id are larger than 256 MiB")]
    RejectedText,
}

impl InventoryError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(self.problem.hint())
    }
}

impl Problem {
    fn hint(&self) -> String {
        let hint = match self {
            Self::NoIdColumn {
                column_with_ids: None,
                columns,
            } if columns.iter().any(|name| is_guid(name)) => NOT_GUIDS,
            Self::NoValidId {
                column_with_ids: None,
                input,
                ..
            } if is_guid(input) => NOT_GUIDS,
            Self::NoIdColumn {
                column_with_ids, ..
            }
            | Self::NoValidId {
                column_with_ids, ..
            } => {
                return hint_at_column(column_with_ids.as_deref());
            }
            Self::Json { query } => return hint_at_query(query),
            Self::Missing => "check the path; relative paths start from the working directory",
            Self::Unreadable(_) => "check its permissions",
            Self::Folder => "give the CSV file inside it",
            Self::Workbook => "save it from Excel as `CSV UTF-8`",
            Self::Empty | Self::NoRows => "add one row for each machine to query",
            Self::NoSuchColumn { no_header, .. } if *no_header => {
                "the file has no header: remove `--column`"
            }
            Self::NoSuchColumn { .. } => "use one of the names found, or remove `--column`",
            Self::SeveralIds { .. } | Self::StrayId { .. } => {
                "write one id per line, or add a header that names the columns"
            }
            Self::AllSkipped(_) => "clear that column for the machines to query, or remove it",
            Self::OtherHeader { .. } => "only join lists with the same columns",
            Self::LongRow { .. } => "a list has one line per machine; check for an unclosed quote",
            Self::TooMuch(_) => "check that it is a machine list with one row per machine",
            Self::UnclosedQuote { .. } => "close the quote; a quote within text is written twice",
        };
        hint.to_owned()
    }
}

/// The hint for Entra ids, which are easily mistaken for Defender's.
const NOT_GUIDS: &str = "these are GUIDs, probably Entra device ids; a Defender machine id is 40 hexadecimal characters \
     (`Device ID` in the portal's device export)";

/// Whether a cell is a GUID, such as an Entra device id.
fn is_guid(text: &str) -> bool {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || "{}\"".contains(letter));
    let parts: Vec<&str> = text.split('-').collect();
    let are_hexadecimal = text.bytes().all(|it| it == b'-' || it.is_ascii_hexdigit());
    are_hexadecimal && parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
}

fn hint_at_column(column_with_ids: Option<&str>) -> String {
    match column_with_ids {
        Some("") => "an unnamed column contains machine ids: name it `machineId`".to_owned(),
        Some(name) => {
            let name = shown(name);
            format!("column `{name}` contains machine ids: add `--column \"{name}\"`")
        }
        None => "a machine id is 40 hexadecimal characters; name its column with `--column NAME`"
            .to_owned(),
    }
}

fn hint_at_query(query: &str) -> String {
    format!(
        "convert it to a list with one id per line: `jq -r '{query}' machines.json > \
             machines.txt`"
    )
}

/// A text from the file, shortened and without control characters that a terminal would act on.
fn shown(text: &str) -> String {
    let mut start: String = text.chars().take(TEXT_SHOWN).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    let mut shown = String::with_capacity(start.len());
    for letter in visible(&start).chars() {
        match letter {
            '\n' | '\r' | '\t' => shown.extend(letter.escape_default()),
            _ => shown.push(letter),
        }
    }
    shown
}

fn listed(columns: &[String]) -> String {
    let names = columns.iter().take(COLUMNS_SHOWN);
    let names: Vec<String> = names
        .map(|name| match name.as_str() {
            "" => "(no name)".to_owned(),
            name => shown(name),
        })
        .collect();
    match columns.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped_and_truncated() {
        assert_eq!(shown("Straße"), "Straße");
        assert_eq!(shown("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(shown("a\u{200b}b\u{202e}\n"), "a\\u{200b}b\\u{202e}\\n");
        assert_eq!(shown(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
    }

    #[test]
    fn columns_are_listed() {
        assert_eq!(listed(&["a".to_owned(), String::new()]), "a, (no name)");
        assert!(listed(&vec!["a".to_owned(); 62]).ends_with(", a and 2 more"));
    }
}
