//! The index of MSRC's months, with the latest revision of each.

use std::{
    collections::BTreeMap,
    io::{BufReader, Read},
};

use serde::Deserialize;
use url::Url;

use crate::{domain::release::ReleaseMonth, feeds::files::month_of_id};

/// The maximum size: more than the list of many years takes.
const MAX_BYTES: u64 = 8 << 20;

/// The months.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Index(Vec<Revision>);

/// A month in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revision {
    pub(super) month: ReleaseMonth,
    /// When it was last revised, exactly as the server writes it.
    pub(super) revised: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    value: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ID")]
    id: String,
    current_release_date: Option<String>,
}

impl Index {
    /// The index's URL.
    pub(super) fn url(base: &Url) -> Url {
        below(base, &["updates"])
    }

    /// The months from the first to the last.
    pub(super) fn read(
        input: impl Read,
        first: ReleaseMonth,
        last: ReleaseMonth,
    ) -> Result<Self, String> {
        let input = BufReader::new(input.take(MAX_BYTES));
        let document: Document = serde_json::from_reader(input)
            .map_err(|error| format!("it is not the list of MSRC's months: {error}"))?;
        let mut months = BTreeMap::new();
        for Entry {
            id,
            current_release_date,
        } in document.value
        {
            // There have been ids such as 2017-May-B.
            if let Some(month) = month_of_id(&id).filter(|it| (first..=last).contains(it)) {
                months.insert(month, current_release_date);
            }
        }
        if months.is_empty() {
            return Err(format!("it has no month from {first} to {last}"));
        }
        let months = months.into_iter();
        let months = months.map(|(month, revised)| Revision { month, revised });
        Ok(Self(months.collect()))
    }

    /// The months, latest first: these matter most if not all of them can be fetched.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Revision> {
        self.0.iter().rev()
    }
}

/// An address below another.
pub(super) fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"@odata.context":"x","value":[
        {"ID":"2026-Sep","CurrentReleaseDate":"2026-09-09T07:00:00Z"},
        {"ID":"2026-Nov","Alias":"2026-Nov","CurrentReleaseDate":"2026-11-24T08:00:00Z"},
        {"ID":"2026-Dec","CurrentReleaseDate":null},
        {"ID":"2026-Oct"},
        {"ID":"2026-Oct-B","CurrentReleaseDate":"2026-10-20T08:00:00Z"},
        {"ID":"../../etc"}]}"#;

    fn month(month: u16) -> ReleaseMonth {
        ReleaseMonth::new(2026, month).unwrap()
    }

    #[test]
    fn wanted_months_are_found_newest_first() {
        let index = Index::read(TEXT.as_bytes(), month(10), month(11)).unwrap();
        let found: Vec<_> = index
            .newest_first()
            .map(|it| (it.month, it.revised.as_deref()))
            .collect();
        let november = (month(11), Some("2026-11-24T08:00:00Z"));
        assert_eq!(found, [november, (month(10), None)]);
    }

    #[test]
    fn text_that_is_not_an_index_is_an_error() {
        for (text, expected) in [
            (
                "<html>",
                "it is not the list of MSRC's months: expected value",
            ),
            (
                "[]",
                "it is not the list of MSRC's months: invalid length 0",
            ),
            (TEXT, "it has no month from January 2026 to February 2026"),
        ] {
            let problem = Index::read(text.as_bytes(), month(1), month(2)).unwrap_err();
            assert!(problem.starts_with(expected), "{problem}");
        }
    }

    #[test]
    fn addresses_are_below_the_base() {
        for (base, expected) in [
            ("https://host/cvrf/v3.0", "https://host/cvrf/v3.0/updates"),
            ("https://host/a/", "https://host/a/updates"),
            ("https://host", "https://host/updates"),
        ] {
            let url = below(&base.parse().unwrap(), &["updates"]);
            assert_eq!(url.as_str(), expected);
        }
    }
}
