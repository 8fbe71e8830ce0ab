//! The run's figures, shared by `summary.json` and `report.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{changes::ChangeCounts, rows::one_decimal};
use crate::{
    aggregate::{Coverage, Fleet, Group, KnownExploited, SourceCounts, Subtotal},
    domain::{
        answer::Source,
        bulk::BulkReading,
        call_selection::CallSelection,
        census::{Census, CensusCounts, UncountedProduct},
        cross_check::{CrossCheck, CrossCheckCounts},
        ending::{EndingWord, RunOutcome},
        requests::Requests,
        skip_reason::SkipReason,
        software::RunSoftware,
    },
    inventory::{Inventory, ListCheck},
    report::{
        Run, Tool,
        time::rfc3339,
        view::{policy::within, risk::feeds},
    },
    risk::FeedInfo,
};

/// Incremented when a field is removed or changes its meaning, not when one is added.
pub(super) const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'run> {
    schema_version: u32,
    tool: Tool,
    tenant_id: Option<&'run str>,
    /// Its name in the file of tenants.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'run str>,
    outcome: RunOutcome,
    ended: Option<EndingWord>,
    started_at: String,
    finished_at: String,
    api_url: &'run str,
    inventory: InventoryRows<'run>,
    list: List,
    machines: Machines,
    /// The answered machines by the source of their answers.
    sources: SourceCounts,
    /// How the run selected the machines to request.
    #[serde(flatten)]
    selection: Option<SelectionSummary<'run>>,
    /// The same as `machines.clean`.
    fully_patched: u64,
    kbs: usize,
    gaps: u64,
    exposure: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<ChangeCounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_week: Option<ChangeCounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    census: Option<CensusSummary<'run>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cross_check: Option<CrossCheckSummary<'run>>,
    /// The bulk source of the answers.
    #[serde(flatten)]
    bulk: Option<BulkSummary>,
    /// The time for which the software inventory holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    software_generated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_missing_because: Option<&'run str>,
    requests: Requests,
    files: &'run [String],
    /// The number of numbers in the answers that could not be parsed.
    unreadable: u64,
    breakdown: &'run [Group],
    feeds: Vec<Feed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_exploited: Option<KnownExploited>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<Subtotal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overdue: Option<Overdue>,
}

/// The gaps that are open for too long.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Overdue {
    #[serde(flatten)]
    overdue: Subtotal,
    /// The share of the gaps that are not, in per cent; null without any gap.
    within_policy_percent: Option<f64>,
}

/// A feed of CVEs.
#[derive(Serialize)]
struct Feed {
    name: &'static str,
    date: Option<String>,
    entries: u64,
}

impl From<FeedInfo> for Feed {
    fn from(feed: FeedInfo) -> Self {
        Self {
            name: feed.name,
            date: feed.date.map(|it| it.to_string()),
            entries: feed.entries,
        }
    }
}

#[derive(Serialize)]
struct InventoryRows<'run> {
    file: &'run str,
    #[serde(rename = "rows")]
    all: u64,
    machines: u64,
    duplicates: u64,
    invalid: usize,
}

/// Where the list comes from.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    /// `service` or `file`.
    source: &'static str,
    /// When the service sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    machines: u64,
    skipped: usize,
    #[serde(flatten)]
    check: ListCounts,
}

/// The comparison of the list with the machines that the service lists, if it was requested.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ListCounts {
    /// The machines that the service lists and the filters select.
    #[serde(skip_serializing_if = "Option::is_none")]
    selected_by_service: Option<u64>,
    /// The number of those that the list lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    unlisted: Option<u64>,
    /// The machines of the list that the service does not list.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_in_service: Option<usize>,
    /// The machines of the list whose record was merged into another.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged: Option<usize>,
    /// When the service sent its list.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_as_of: Option<String>,
    /// Why the lists were not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_compared_because: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Machines {
    #[serde(flatten)]
    coverage: Coverage,
    skipped: usize,
    skipped_because: BTreeMap<SkipReason, u64>,
    /// The number of clean machines whose "last seen" value could not be parsed, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_not_understood: Option<u64>,
}

/// The result of a run that did not request every machine.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SelectionSummary<'run> {
    /// The number of groups of machines with the same software.
    #[serde(skip_serializing_if = "Option::is_none")]
    cohorts: Option<u64>,
    /// The machines that the service named as changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes_named: Option<u64>,
    rechecked: RecheckedSummary,
    /// Why every machine was requested nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    everyone_because: Option<&'run str>,
}

/// The sample that measures how often kept and inferred answers are wrong.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecheckedSummary {
    machines: u64,
    differed: u64,
    /// The share of the sample that differed, in per cent; null without a sample.
    percent: Option<f64>,
    /// The share that is not exceeded with 95 % confidence, in per cent.
    at_most_percent: f64,
}

/// The service's own count compared with the run's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CensusSummary<'run> {
    #[serde(flatten)]
    counts: CensusCounts,
    /// The products without a count.
    left_out: &'run [UncountedProduct],
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_because: Option<&'run str>,
}

/// The comparison with a second source.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CrossCheckSummary<'run> {
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    #[serde(flatten)]
    counts: CrossCheckCounts,
    /// The answered machines that the second source does not know.
    machines_not_compared: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_because: Option<&'run str>,
}

impl<'run> Document<'run> {
    pub(super) fn of(run: &Run<'run>) -> Self {
        let Run {
            inventory,
            fleet,
            facts,
            ..
        } = *run;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: facts.tool,
            tenant_id: facts.tenant_id.as_deref(),
            tenant: facts.tenant.as_deref(),
            outcome: facts.outcome,
            ended: facts.ended,
            started_at: rfc3339(facts.started_at),
            finished_at: rfc3339(facts.finished_at),
            api_url: &facts.api_url,
            inventory: inventory.into(),
            list: List::of(run),
            machines: fleet.into(),
            sources: fleet.sources,
            selection: run.selection.map(Into::into),
            fully_patched: fleet.coverage.clean,
            kbs: fleet.kbs.len(),
            gaps: fleet.gaps,
            exposure: fleet.exposure,
            changes: run.past.map(|past| past.changes.into()),
            last_week: run.week.map(Into::into),
            census: run.census.map(Into::into),
            cross_check: run.cross_check.map(Into::into),
            bulk: run.bulk.map(Into::into),
            software_generated_at: run
                .software
                .and_then(RunSoftware::inventory)
                .map(|it| rfc3339(it.generated_at)),
            software_missing_because: run.software.and_then(RunSoftware::missing_because),
            requests: facts.requests,
            files: &facts.files,
            unreadable: fleet.unreadable.values,
            breakdown: &fleet.breakdown,
            feeds: feeds(run).into_iter().map(Into::into).collect(),
            known_exploited: fleet.known_exploited,
            accepted: fleet
                .policy
                .has_exceptions()
                .then_some(fleet.policy.accepted),
            overdue: fleet.policy.has_deadlines().then(|| run.into()),
        }
    }
}

impl From<&Run<'_>> for Overdue {
    fn from(run: &Run<'_>) -> Self {
        Self {
            overdue: run.fleet.policy.overdue,
            within_policy_percent: within(run).map(|it| one_decimal(it.percent())),
        }
    }
}

/// The bulk source of the answers.
#[derive(Serialize)]
struct BulkSummary {
    /// The time for which its answers hold.
    #[serde(rename = "exportGeneratedAt")]
    generated_at: String,
    /// The machines in it that are not on the list.
    #[serde(rename = "exportUnlisted")]
    unlisted: u64,
    /// Its rows that name an update, but no CVE.
    #[serde(rename = "exportRowsWithoutCve")]
    rows_without_cve: u64,
}

impl From<BulkReading> for BulkSummary {
    fn from(bulk: BulkReading) -> Self {
        Self {
            generated_at: rfc3339(bulk.generated_at),
            unlisted: bulk.unlisted,
            rows_without_cve: bulk.rows_without_cve,
        }
    }
}

impl<'run> From<&'run Inventory> for InventoryRows<'run> {
    fn from(inventory: &'run Inventory) -> Self {
        Self {
            file: &inventory.file,
            all: inventory.rows(),
            machines: inventory.listed(),
            duplicates: inventory.duplicates,
            invalid: inventory.rejected.len(),
        }
    }
}

impl From<&ListCheck> for ListCounts {
    fn from(check: &ListCheck) -> Self {
        match check {
            ListCheck::Compared(comparison) => Self {
                selected_by_service: Some(comparison.selected()),
                unlisted: Some(comparison.unlisted()),
                not_in_service: Some(comparison.not_in_service.len()),
                merged: Some(comparison.merged.len()),
                compared_as_of: comparison.as_of().map(rfc3339),
                not_compared_because: None,
            },
            ListCheck::Missing(problem) => Self {
                not_compared_because: Some(problem.clone()),
                ..Self::default()
            },
        }
    }
}

impl List {
    fn of(run: &Run<'_>) -> Self {
        let inventory = run.inventory;
        let fetched = inventory.fetched.as_ref();
        Self {
            source: fetched.map_or("file", |_| "service"),
            as_of: fetched.map(|it| rfc3339(it.as_of)),
            machines: inventory.listed(),
            skipped: inventory.skipped.machines.len(),
            check: run.list_check.map(Into::into).unwrap_or_default(),
        }
    }
}

impl From<&Fleet> for Machines {
    fn from(fleet: &Fleet) -> Self {
        Self {
            coverage: fleet.coverage,
            skipped: fleet.skipped.len(),
            skipped_because: fleet.skipped_because(),
            last_seen_not_understood: fleet.unread_last_seen.as_ref().map(|it| it.machines),
        }
    }
}

impl<'run> From<&'run CallSelection> for SelectionSummary<'run> {
    fn from(selection: &'run CallSelection) -> Self {
        let rechecked = selection.rechecked;
        Self {
            cohorts: selection.cohorts,
            changes_named: selection.named,
            rechecked: RecheckedSummary {
                machines: rechecked.machines,
                differed: rechecked.differed,
                percent: rechecked.share().map(percent),
                at_most_percent: percent(rechecked.at_most()),
            },
            everyone_because: selection.everyone_because.as_deref(),
        }
    }
}

/// A share in per cent, with four decimals: enough for a single machine of a million.
fn percent(share: f64) -> f64 {
    (share * 1e6).round() / 1e4
}

impl<'run> From<&'run Census> for CensusSummary<'run> {
    fn from(census: &'run Census) -> Self {
        Self {
            counts: census.counts(),
            left_out: &census.left_out,
            missing_because: census.missing_because.as_deref(),
        }
    }
}

impl<'run> From<&'run CrossCheck> for CrossCheckSummary<'run> {
    fn from(check: &'run CrossCheck) -> Self {
        Self {
            source: check.source,
            as_of: check.as_of.map(rfc3339),
            counts: check.counts(),
            machines_not_compared: check.machines_not_compared,
            missing_because: check.missing_because.as_deref(),
        }
    }
}
