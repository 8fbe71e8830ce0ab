//! A CVRF document. It is parsed one CVE at a time, because a month in memory takes several times the size of
//! its file; unused parts are skipped.

use std::fmt;

use jiff::civil::Date;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

use super::{month::Month, vulnerability::Vulnerability};
use crate::risk::json;

#[derive(Deserialize)]
pub(super) struct Document {
    #[serde(rename = "DocumentTracking")]
    pub(super) tracking: Tracking,
    #[serde(rename = "Vulnerability")]
    pub(super) month: Month,
}

#[derive(Deserialize)]
pub(super) struct Tracking {
    #[serde(rename = "InitialReleaseDate", deserialize_with = "json::date")]
    pub(super) initial: Date,
    #[serde(rename = "CurrentReleaseDate", deserialize_with = "json::date")]
    pub(super) current: Date,
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Vulnerabilities)
    }
}

/// The list of CVEs.
struct Vulnerabilities;

impl<'de> Visitor<'de> for Vulnerabilities {
    type Value = Month;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of vulnerabilities")
    }

    fn visit_unit<E>(self) -> Result<Month, E> {
        Ok(Month::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Month, A::Error> {
        let mut month = Month::default();
        while let Some(vulnerability) = list.next_element::<Vulnerability<'de>>()? {
            month.add(&vulnerability);
        }
        Ok(month)
    }
}
