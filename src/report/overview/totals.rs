//! The sums over all tenants, and the KBs that are missing most.

use std::{cmp::Reverse, collections::HashMap};

use serde::Serialize;

use super::{
    Overview,
    digest::{KbDigest, RunDigest},
    row::TenantStatus,
};

/// The most KBs that are listed.
pub(super) const TOP_KBS: usize = 20;

/// The sums over all tenants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    /// The machines of all lists.
    #[serde(skip)]
    pub(super) machines: u64,
    pub(super) answered: u64,
    pub(super) not_found: u64,
    pub(super) failed: u64,
    pub(super) pending: u64,
    pub(super) skipped: u64,
    pub(super) with_gaps: u64,
    pub(super) clean: u64,
    pub(super) no_current_data: u64,
    pub(super) unsupported: u64,
    #[serde(skip)]
    pub(super) gaps: u64,
    #[serde(skip)]
    pub(super) exposure: u64,
    /// Gaps that are known to be exploited; `None` if no tenant has a catalogue.
    #[serde(skip)]
    pub(super) known_exploited: Option<u64>,
    /// New and resolved gaps; `None` if no tenant has an earlier run.
    #[serde(skip)]
    pub(super) changes: Option<ChangeTotals>,
}

/// New and resolved gaps of the tenants that have an earlier run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct ChangeTotals {
    pub(super) new: u64,
    pub(super) resolved: u64,
    #[serde(skip)]
    pub(super) replaced: u64,
    #[serde(skip)]
    pub(super) returned: u64,
    #[serde(skip)]
    pub(super) newly_exploited: u64,
    /// The tenants with an earlier run.
    pub(super) tenants: u64,
}

/// A KB that is missing in any tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KbTotal<'run> {
    pub(super) kb_id: &'run str,
    pub(super) name: Option<&'run str>,
    /// The tenants in which it is missing.
    pub(super) tenants: u64,
    /// The machines that miss it.
    pub(super) machines_missing: u64,
    pub(super) exposure: u64,
    /// Whether one of its CVEs is known to be exploited.
    pub(super) known_exploited: bool,
}

impl Totals {
    pub(super) fn of(overview: &Overview) -> Self {
        let mut totals = Self::default();
        for digest in digests(overview) {
            totals.add(digest);
        }
        totals
    }

    fn add(&mut self, digest: &RunDigest) {
        self.machines += digest.machines;
        self.answered += digest.answered;
        self.not_found += digest.not_found;
        self.failed += digest.failed;
        self.pending += digest.pending;
        self.skipped += digest.skipped;
        self.with_gaps += digest.with_gaps;
        self.clean += digest.clean;
        self.no_current_data += digest.no_current_data;
        self.unsupported += digest.unsupported;
        self.gaps += digest.gaps;
        self.exposure = self.exposure.saturating_add(digest.exposure);
        if let Some(gaps) = digest.known_exploited {
            *self.known_exploited.get_or_insert_default() += gaps;
        }
        if let Some(since) = &digest.since {
            let changes = self.changes.get_or_insert_default();
            changes.new += since.new;
            changes.resolved += since.resolved;
            changes.replaced += since.replaced;
            changes.returned += since.returned;
            changes.newly_exploited += since.newly_exploited;
            changes.tenants += 1;
        }
    }
}

/// The tenants that have reports.
pub(super) fn digests(overview: &Overview) -> impl Iterator<Item = &RunDigest> {
    overview.rows.iter().filter_map(|it| it.digest.as_ref())
}

/// The number of tenants with this status.
pub(super) fn with_status(overview: &Overview, status: TenantStatus) -> u64 {
    let rows = overview.rows.iter();
    rows.filter(|row| row.status() == status).count() as u64
}

/// Every missing KB, the most machines first.
pub(super) fn kbs(overview: &Overview) -> Vec<KbTotal<'_>> {
    let mut kbs: HashMap<&str, KbTotal<'_>> = HashMap::new();
    for kb in digests(overview).flat_map(|it| &it.kbs) {
        let total = kbs.entry(&kb.id).or_insert_with(|| KbTotal::new(kb));
        total.add(kb);
    }
    let mut kbs: Vec<KbTotal<'_>> = kbs.into_values().collect();
    kbs.sort_by_key(|kb| (Reverse(kb.machines_missing), Reverse(kb.exposure), kb.kb_id));
    kbs
}

impl<'run> KbTotal<'run> {
    fn new(kb: &'run KbDigest) -> Self {
        Self {
            kb_id: &kb.id,
            name: None,
            tenants: 0,
            machines_missing: 0,
            exposure: 0,
            known_exploited: false,
        }
    }

    fn add(&mut self, kb: &'run KbDigest) {
        let name = kb.name.as_deref();
        // The smallest text, in whichever order the tenants are.
        self.name = match (self.name, name) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.tenants += 1;
        self.machines_missing += kb.machines;
        self.exposure = self.exposure.saturating_add(kb.exposure);
        self.known_exploited |= kb.exploited;
    }
}
