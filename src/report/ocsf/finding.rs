//! A finding, with the attributes of the schema in its spelling.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    lifecycle::Activity,
    subject::Subject,
    vulnerability::{Vulnerability, vulnerabilities},
};
use crate::{
    changes::Change,
    report::Run,
    risk::{GapRisk, MsrcSeverity},
};

/// The version of the schema.
const VERSION: &str = "1.5.0";

/// The class *Vulnerability Finding*.
const CLASS: u32 = 2002;

/// A finding.
#[derive(Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the schema"
)]
pub(super) struct Finding<'run> {
    activity_id: u32,
    activity_name: &'static str,
    category_name: &'static str,
    category_uid: u32,
    class_name: &'static str,
    class_uid: u32,
    device: Device<'run>,
    finding_info: FindingInfo<'run>,
    message: String,
    metadata: Metadata<'run>,
    severity: &'static str,
    severity_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_id: Option<u8>,
    time: i64,
    type_name: &'static str,
    type_uid: u32,
    unmapped: Unmapped<'run>,
    vulnerabilities: Vec<Vulnerability<'run>>,
}

impl<'run> Finding<'run> {
    pub(super) fn new(run: &Run<'run>, subject: &Subject<'run>, activity: Activity) -> Self {
        let [activity_name, type_name] = activity.names();
        let severity = severity(subject.risk);
        let status = status(subject, activity);
        Self {
            activity_id: activity.id(),
            activity_name,
            category_name: "Findings",
            category_uid: CLASS / 1000,
            class_name: "Vulnerability Finding",
            class_uid: CLASS,
            device: Device::of(subject),
            finding_info: FindingInfo::of(subject),
            message: subject.message(),
            metadata: Metadata::of(run),
            severity: severity.name,
            severity_id: severity.id,
            status: status.map(|it| it.name),
            status_id: status.map(|it| it.id),
            time: run.facts.started_at.as_millisecond(),
            type_name,
            type_uid: CLASS * 100 + activity.id(),
            unmapped: Unmapped::of(run, subject),
            vulnerabilities: vulnerabilities(subject, &run.fleet.feeds),
        }
    }
}

/// A number of the schema, and its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Coded {
    id: u8,
    name: &'static str,
}

const fn coded(id: u8, name: &'static str) -> Coded {
    Coded { id, name }
}

fn severity(risk: GapRisk) -> Coded {
    if risk.is_known_exploited() {
        return coded(5, "Critical");
    }
    match risk.severity {
        Some(MsrcSeverity::Critical) => coded(5, "Critical"),
        Some(MsrcSeverity::Important) => coded(4, "High"),
        Some(MsrcSeverity::Moderate) => coded(3, "Medium"),
        Some(MsrcSeverity::Low) => coded(2, "Low"),
        None => coded(0, "Unknown"),
    }
}

/// The status of its handling: *new*, or `None` if unknown.
fn status(subject: &Subject<'_>, activity: Activity) -> Option<Coded> {
    match activity {
        Activity::Close if subject.change == Some(Change::OutOfScope) => Some(coded(5, "Archived")),
        Activity::Close => Some(coded(4, "Resolved")),
        _ if subject.is_accepted => Some(coded(3, "Suppressed")),
        Activity::Create => Some(coded(1, "New")),
        Activity::Update => None,
    }
}

#[derive(Serialize)]
struct Device<'run> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'run str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'run str>,
    os: Os<'run>,
    type_id: u8,
    uid: String,
}

#[derive(Serialize)]
struct Os<'run> {
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<&'run str>,
    name: &'static str,
    type_id: u8,
}

impl<'run> Device<'run> {
    fn of(subject: &Subject<'run>) -> Self {
        Self {
            hostname: subject.name.filter(|name| is_hostname(name)),
            name: subject.name,
            os: Os {
                build: subject.gap.os_build.as_deref(),
                name: "Windows",
                type_id: 100,
            },
            // Whether it is a server or a laptop is not known.
            type_id: 0,
            uid: subject.machine.to_string(),
        }
    }
}

/// Whether a name is one of the schema's host names; others are only a name.
fn is_hostname(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    name.bytes().all(fits)
}

#[derive(Serialize)]
struct FindingInfo<'run> {
    data_sources: [&'static str; 1],
    first_seen_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_url: Option<&'run str>,
    title: String,
    uid: String,
}

impl<'run> FindingInfo<'run> {
    fn of(subject: &Subject<'run>) -> Self {
        let gap = subject.gap;
        let kb = gap.id.for_people();
        Self {
            data_sources: ["Microsoft Defender for Endpoint"],
            first_seen_time: subject.since.as_millisecond(),
            last_seen_time: subject.seen.map(Timestamp::as_millisecond),
            src_url: gap.url.as_deref(),
            title: match gap.name.as_deref() {
                Some(name) => format!("Missing update {kb}: {name}"),
                None => format!("Missing update {kb}"),
            },
            uid: format!("{}/{}", subject.machine, gap.id),
        }
    }
}

#[derive(Serialize)]
struct Metadata<'run> {
    product: Product,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_uid: Option<&'run str>,
    version: &'static str,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

impl<'run> Metadata<'run> {
    fn of(run: &Run<'run>) -> Self {
        let tool = run.facts.tool;
        Self {
            product: Product {
                name: tool.name,
                vendor_name: tool.name,
                version: tool.version,
            },
            tenant_uid: run.facts.tenant_id.as_deref(),
            version: VERSION,
        }
    }
}

/// Data that the schema has no attribute for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unmapped<'run> {
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
    cve_addressed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    overdue: Option<u32>,
    products_names: Vec<&'run str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<i64>,
}

impl<'run> Unmapped<'run> {
    fn of(run: &Run<'run>, subject: &Subject<'run>) -> Self {
        let products = subject.gap.products.iter();
        Self {
            change: subject.change.map(Change::as_str),
            cve_addressed: subject.gap.cve_addressed,
            overdue: Some(subject.overdue).filter(|days| *days > 0),
            products_names: products.map(AsRef::as_ref).collect(),
            run: run.facts.run,
        }
    }
}
