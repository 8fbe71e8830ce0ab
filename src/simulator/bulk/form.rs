//! How rows are written in pages and in files.

use serde::Serialize;

/// How the rows of a table are written.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct RowForm {
    keys: Vec<String>,
    /// Whether a field without a value is written as null instead of being absent.
    nulls: bool,
}

/// The value of a field.
pub(in crate::simulator) enum Cell<'a> {
    Text(Option<&'a str>),
    /// A text that needs no escaping in JSON: letters, digits and punctuation without quotes and backslashes.
    /// Most texts of a table are like this, and searching for characters to escape takes most of the time.
    Plain(Option<&'a str>),
    Number(u64),
    /// A number with one decimal.
    Score(Option<f64>),
    Truth(bool),
    List(&'a [String]),
}

impl RowForm {
    /// For pages: camelCase keys, and null for missing values.
    pub(in crate::simulator) fn in_pages(fields: &[&str]) -> Self {
        Self {
            keys: fields.iter().map(|&field| field.to_owned()).collect(),
            nulls: true,
        }
    }

    /// For files: `PascalCase` keys, and no key for missing values.
    pub(in crate::simulator) fn in_files(fields: &[&str]) -> Self {
        Self {
            keys: fields.iter().map(|field| pascal_case(field)).collect(),
            nulls: false,
        }
    }

    /// The same, with keys in undocumented cases.
    pub(in crate::simulator) fn in_other_case(mut self) -> Self {
        for (place, key) in self.keys.iter_mut().enumerate() {
            if place.is_multiple_of(2) {
                key.make_ascii_uppercase();
            } else {
                key.make_ascii_lowercase();
            }
        }
        self
    }

    /// Whether this is the form of pages.
    pub(in crate::simulator) fn is_of_pages(&self) -> bool {
        self.nulls
    }

    /// Appends fields with these values, in order, each followed by a comma.
    pub(in crate::simulator) fn write<'a>(
        &self,
        cells: impl IntoIterator<Item = Cell<'a>>,
        out: &mut Vec<u8>,
    ) {
        for (key, cell) in self.keys.iter().zip(cells) {
            if cell.is_empty() && !self.nulls {
                continue;
            }
            out.push(b'"');
            out.extend(key.as_bytes());
            out.extend(b"\":");
            cell.write(out);
            out.push(b',');
        }
    }
}

impl Cell<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) | Self::Plain(text) => text.is_none(),
            Self::Score(score) => score.is_none(),
            Self::Number(_) | Self::Truth(_) => false,
            Self::List(items) => items.is_empty(),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) | Self::Plain(text @ None) => json(text, out),
            Self::Plain(Some(text)) => quote(text, out),
            Self::Number(number) => json(number, out),
            Self::Score(score) => json(score, out),
            Self::Truth(truth) => json(truth, out),
            Self::List(items) => json(items, out),
        }
    }
}

fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Appends a value as JSON; none of the values above can fail.
fn json(value: &impl Serialize, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

/// `osPlatform` as spelled in the service's files: `OSPlatform`.
fn pascal_case(field: &str) -> String {
    if let Some(rest) = field.strip_prefix("os") {
        return format!("OS{rest}");
    }
    let (first, rest) = field.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_without_a_value_is_null_or_absent() {
        let written = |form: RowForm| {
            let cells = [
                Cell::Plain(None),
                Cell::Truth(true),
                Cell::Score(Some(7.5)),
                Cell::List(&[]),
            ];
            let mut out = Vec::new();
            form.write(cells, &mut out);
            String::from_utf8(out).unwrap()
        };
        let fields = ["osVersion", "isOnboarded", "cvssScore", "diskPaths"];
        let files = r#""IsOnboarded":true,"CvssScore":7.5,"#;
        assert_eq!(written(RowForm::in_files(&fields)), files);
        let pages = r#""osVersion":null,"isOnboarded":true,"cvssScore":7.5,"diskPaths":[],"#;
        assert_eq!(written(RowForm::in_pages(&fields)), pages);
    }
}
