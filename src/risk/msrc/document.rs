//! The parts of a CVRF document that count.

use jiff::civil::Date;
use serde::Deserialize;

use crate::risk::json::{self, Text};

/// The type of a threat that says how severe the CVE is.
pub(super) const SEVERITY: u32 = 3;
/// The type of a remediation that is an update.
pub(super) const VENDOR_FIX: u32 = 2;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Document<'text> {
    #[serde(rename = "DocumentTracking")]
    pub(super) tracking: Tracking,
    #[serde(rename = "Vulnerability", borrow, deserialize_with = "json::list")]
    pub(super) vulnerabilities: Vec<Vulnerability<'text>>,
}

#[derive(Deserialize)]
pub(super) struct Tracking {
    #[serde(rename = "InitialReleaseDate", deserialize_with = "json::date")]
    pub(super) initial: Date,
    #[serde(rename = "CurrentReleaseDate", deserialize_with = "json::date")]
    pub(super) current: Date,
}

#[derive(Deserialize)]
pub(super) struct Vulnerability<'text> {
    #[serde(rename = "CVE", borrow)]
    pub(super) cve: Option<Text<'text>>,
    #[serde(rename = "Threats", borrow, default, deserialize_with = "json::list")]
    pub(super) threats: Vec<Threat<'text>>,
    #[serde(
        rename = "CVSSScoreSets",
        borrow,
        default,
        deserialize_with = "json::list"
    )]
    pub(super) scores: Vec<ScoreSet<'text>>,
    #[serde(
        rename = "Remediations",
        borrow,
        default,
        deserialize_with = "json::list"
    )]
    pub(super) remediations: Vec<Remediation<'text>>,
}

#[derive(Deserialize)]
pub(super) struct Threat<'text> {
    #[serde(rename = "Type")]
    pub(super) kind: Option<u32>,
    #[serde(rename = "Description", borrow)]
    pub(super) description: Option<Value<'text>>,
    #[serde(rename = "ProductID", borrow, default, deserialize_with = "json::list")]
    pub(super) products: Vec<Text<'text>>,
}

#[derive(Deserialize)]
pub(super) struct ScoreSet<'text> {
    #[serde(rename = "BaseScore")]
    pub(super) base: Option<f64>,
    #[serde(rename = "ProductID", borrow, default, deserialize_with = "json::list")]
    pub(super) products: Vec<Text<'text>>,
}

#[derive(Deserialize)]
pub(super) struct Remediation<'text> {
    #[serde(rename = "Type")]
    pub(super) kind: Option<u32>,
    /// The KB's number, or "Release Notes".
    #[serde(rename = "Description", borrow)]
    pub(super) description: Option<Value<'text>>,
    #[serde(rename = "Supercedence", borrow)]
    pub(super) supersedes: Option<Text<'text>>,
    #[serde(rename = "RestartRequired", borrow)]
    pub(super) restart: Option<Value<'text>>,
    #[serde(rename = "ProductID", borrow, default, deserialize_with = "json::list")]
    pub(super) products: Vec<Text<'text>>,
}

/// `{"Value": "..."}`, which may be without a value.
#[derive(Deserialize)]
pub(super) struct Value<'text> {
    #[serde(rename = "Value", borrow)]
    value: Option<Text<'text>>,
}

impl Value<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        self.value.as_ref().map(|it| it.0.trim())
    }
}
