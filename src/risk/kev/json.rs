//! The catalogue as JSON.

use jiff::civil::Date;
use serde::Deserialize;

use super::{Entries, Kev, KevEntry, is_ransomware};
use crate::{
    domain::cve::CveId,
    risk::{
        error::{FeedProblem, Problem},
        json::{self, Text},
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'text> {
    #[serde(deserialize_with = "json::date")]
    date_released: Date,
    count: Option<u64>,
    #[serde(borrow)]
    vulnerabilities: Vec<Entry<'text>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'text> {
    #[serde(rename = "cveID", deserialize_with = "json::cve")]
    cve: CveId,
    #[serde(default, deserialize_with = "json::optional_date")]
    due_date: Option<Date>,
    #[serde(borrow)]
    known_ransomware_campaign_use: Option<Text<'text>>,
}

pub(super) fn read(text: &[u8]) -> Result<Kev, FeedProblem> {
    let document: Document<'_> = json::read(text, "the KEV catalogue")?;
    let found = document.vulnerabilities.len() as u64;
    if let Some(said) = document.count.filter(|said| *said != found) {
        return Err(Problem::Count { found, said }.into());
    }
    let mut entries = Entries::default();
    for entry in document.vulnerabilities {
        let ransomware = entry.known_ransomware_campaign_use;
        let ransomware = ransomware.is_some_and(|it| is_ransomware(&it.0));
        let due = entry.due_date;
        entries.add(entry.cve, KevEntry { due, ransomware })?;
    }
    Ok(Kev {
        date: document.date_released,
        entries: entries.0,
    })
}
