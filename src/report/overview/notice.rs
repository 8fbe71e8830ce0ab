//! The content of a notification about the runs of all tenants.

use super::{
    OVERVIEW, Overview,
    row::{TenantRow, TenantStatus},
    text::conclusion,
    totals::{ChangeTotals, KbTotal, Totals, digests, kbs, with_status},
};
use crate::{
    domain::text::{counted, thousands},
    report::{
        Notice, NoticeChanges, NoticeMachines, NoticeTenant, NoticeTenants, NoticeUpdate,
        time::rfc3339, view::coverage::answered_of,
    },
};

/// The number of updates.
const UPDATES: usize = 5;

impl Overview {
    /// The content for all tenants.
    pub fn notice(&self) -> Notice {
        let totals = Totals::of(self);
        let kbs = kbs(self);
        let tenants = tenants(self);
        Notice {
            name: String::new(),
            tenant_id: None,
            outcome: (tenants.complete == tenants.all).then_some("complete"),
            started_at: rfc3339(self.started_at),
            finished_at: rfc3339(self.finished_at),
            headline: conclusion(self),
            coverage: answered_of(totals.answered, totals.machines - totals.skipped),
            warnings: Vec::new(),
            risks: exploited(self, &totals).into_iter().collect(),
            machines: machines(&totals),
            kbs: kbs.len() as u64,
            gaps: totals.gaps,
            exposure: totals.exposure,
            known_exploited_gaps: totals.known_exploited,
            install_first: kbs.iter().take(UPDATES).map(update).collect(),
            changes: totals.changes.map(changes),
            changed: totals.changes.map(sentence).into_iter().collect(),
            folder: self.folder.to_string_lossy().into_owned(),
            page: Some(OVERVIEW),
            tenants: Some(tenants),
        }
    }
}

fn tenants(overview: &Overview) -> NoticeTenants {
    let count = |status| with_status(overview, status);
    let rows = overview.rows.iter();
    let in_trouble = rows.filter(|row| row.status() != TenantStatus::Complete);
    NoticeTenants {
        all: overview.rows.len() as u64,
        complete: count(TenantStatus::Complete),
        partial: count(TenantStatus::Partial),
        refused: count(TenantStatus::Refused),
        failed: count(TenantStatus::Failed),
        interrupted: count(TenantStatus::Interrupted),
        in_trouble: in_trouble.map(tenant).collect(),
    }
}

fn tenant(row: &TenantRow) -> NoticeTenant {
    NoticeTenant {
        tenant: row.name.clone(),
        status: row.status().as_str(),
        exit_code: row.exit_code as u8,
        message: row.message(),
    }
}

/// `Known exploited: 34 gaps, in 5 tenants`. `None` if no tenant has the catalogue.
fn exploited(overview: &Overview, totals: &Totals) -> Option<String> {
    let gaps = totals.known_exploited?;
    if gaps == 0 {
        return Some("No gap is known to be exploited".to_owned());
    }
    let tenants = digests(overview).filter(|it| it.known_exploited > Some(0));
    let tenants = counted(tenants.count() as u64, "tenant", "tenants");
    let gaps = counted(gaps, "gap", "gaps");
    Some(format!("Known exploited: {gaps}, in {tenants}"))
}

const fn machines(totals: &Totals) -> NoticeMachines {
    NoticeMachines {
        answered: totals.answered,
        not_found: totals.not_found,
        failed: totals.failed,
        pending: totals.pending,
        skipped: totals.skipped,
    }
}

fn update(kb: &KbTotal<'_>) -> NoticeUpdate {
    NoticeUpdate {
        kb_id: kb.kb_id.to_owned(),
        product: kb.name.unwrap_or_default().to_owned(),
        machines_missing: kb.machines_missing,
        tenants: Some(kb.tenants),
        exposure: kb.exposure,
        known_exploited: kb.known_exploited,
        due: None,
    }
}

const fn changes(totals: ChangeTotals) -> NoticeChanges {
    NoticeChanges {
        new: totals.new,
        resolved: totals.resolved,
        replaced: totals.replaced,
        returned: totals.returned,
        newly_exploited: totals.newly_exploited,
    }
}

fn sentence(totals: ChangeTotals) -> String {
    let tenants = counted(totals.tenants, "tenant", "tenants");
    format!(
        "{} new gaps, {} returned, {} resolved, since the earlier runs of {tenants}",
        thousands(totals.new),
        thousands(totals.returned),
        thousands(totals.resolved)
    )
}
