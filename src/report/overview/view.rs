//! The figures and sentences about all tenants that page and Markdown share.

use std::cmp::Reverse;

use super::{
    Overview,
    digest::DigestChanges,
    row::{TenantRow, TenantStatus},
    totals::{KbTotal, TOP_KBS, Totals},
};
use crate::{
    domain::{
        kb::KbId,
        text::{counted, share, thousands},
    },
    report::{plain::plain, view::figures::difference},
};

/// A figure over all tenants.
pub(super) struct Tile {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) note: String,
}

/// A tenant, as text.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) link: Option<String>,
    pub(super) status: &'static str,
    /// How good that is: `better`, `worse` or `even`.
    pub(super) class: &'static str,
    pub(super) coverage: String,
    pub(super) machines: String,
    pub(super) gaps: String,
    pub(super) exposure: String,
    pub(super) exploited: String,
    /// `better`, `worse` or `even`; empty without an earlier run.
    pub(super) verdict: &'static str,
    pub(super) change: String,
    pub(super) message: String,
    pub(super) hint: String,
}

/// A KB, as text.
pub(super) struct KbRow {
    pub(super) label: String,
    pub(super) name: String,
    pub(super) tenants: String,
    pub(super) machines: String,
    pub(super) exposure: String,
    pub(super) exploited: &'static str,
}

/// The KBs that are missing most.
pub(super) struct MostMissing {
    pub(super) rows: Vec<KbRow>,
    /// The number of KBs that are left out, as text; empty if none is.
    pub(super) more: String,
}

impl MostMissing {
    pub(super) fn of(kbs: &[KbTotal<'_>]) -> Self {
        Self {
            rows: kbs.iter().take(TOP_KBS).map(Into::into).collect(),
            more: match kbs.len().saturating_sub(TOP_KBS) {
                0 => String::new(),
                more => thousands(more as u64),
            },
        }
    }
}

/// The title.
pub(super) fn title(overview: &Overview) -> String {
    let tenants = counted(overview.rows.len() as u64, "tenant", "tenants");
    format!("Missing updates of {tenants}")
}

/// The figures over all tenants.
pub(super) fn tiles(totals: &Totals, kbs: usize) -> Vec<Tile> {
    let requested = totals.machines - totals.skipped;
    let tile = |label, value: u64, note: &str| Tile {
        label,
        value: thousands(value),
        note: note.to_owned(),
    };
    let of = format!(
        "of {}: {}",
        thousands(requested),
        share(totals.answered, requested)
    );
    let mut tiles = vec![
        tile("machines answered", totals.answered, &of),
        tile("machines with gaps", totals.with_gaps, ""),
        tile("missing KBs", kbs as u64, "missing anywhere"),
        tile("gaps", totals.gaps, "machine-KB pairs"),
        tile("exposure score", totals.exposure, "CVEs over all gaps"),
    ];
    if let Some(gaps) = totals.known_exploited {
        tiles.push(tile("known exploited gaps", gaps, ""));
    }
    if let Some(changes) = totals.changes {
        let note = format!("{} new", thousands(changes.new));
        tiles.push(tile("gaps resolved", changes.resolved, &note));
    }
    tiles
}

/// The rows: what needs attention first, then by exposure.
pub(super) fn rows(overview: &Overview) -> Vec<Row> {
    let mut rows: Vec<&TenantRow> = overview.rows.iter().collect();
    rows.sort_by_key(|row| {
        let exposure = row.digest.as_ref().map_or(0, |it| it.exposure);
        (urgency(row.status()), Reverse(exposure), &row.name)
    });
    let rows = rows.into_iter();
    rows.map(|row| Row::of(row, overview)).collect()
}

const fn urgency(status: TenantStatus) -> u8 {
    match status {
        TenantStatus::Failed => 0,
        TenantStatus::Refused => 1,
        TenantStatus::Interrupted => 2,
        TenantStatus::Partial => 3,
        TenantStatus::Complete => 4,
    }
}

impl Row {
    fn of(row: &TenantRow, overview: &Overview) -> Self {
        let digest = row.digest.as_ref();
        let figure = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), thousands);
        let since = digest.and_then(|it| it.since.as_ref());
        let exposure = digest.map(|it| it.exposure);
        Self {
            name: plain(&row.name),
            link: row.page(&overview.folder),
            status: row.status().as_str(),
            class: match row.status() {
                TenantStatus::Complete => "better",
                TenantStatus::Partial | TenantStatus::Interrupted => "even",
                TenantStatus::Refused | TenantStatus::Failed => "worse",
            },
            coverage: row.coverage(),
            machines: figure(digest.map(|it| it.machines)),
            gaps: figure(digest.map(|it| it.gaps)),
            exposure: figure(exposure),
            exploited: figure(digest.and_then(|it| it.known_exploited)),
            verdict: since.map_or("", verdict),
            change: since.map_or_else(String::new, |it| change(exposure.unwrap_or(0), it)),
            message: plain(&row.message()),
            hint: row.hint.as_deref().map(plain).unwrap_or_default(),
        }
    }
}

fn verdict(since: &DigestChanges) -> &'static str {
    match &*since.verdict {
        "better" => "better",
        "worse" => "worse",
        _ => "even",
    }
}

/// The difference in exposure in words, with the verdict where there is one.
fn change(now: u64, since: &DigestChanges) -> String {
    let amount = difference(now, since.exposure);
    match verdict(since) {
        "even" => amount,
        _ if now == since.exposure => amount,
        verdict => format!("{amount} {verdict}"),
    }
}

impl From<&KbTotal<'_>> for KbRow {
    fn from(kb: &KbTotal<'_>) -> Self {
        Self {
            label: plain(&KbId::new(kb.kb_id).for_people()),
            name: plain(kb.name.unwrap_or_default()),
            tenants: thousands(kb.tenants),
            machines: thousands(kb.machines_missing),
            exposure: thousands(kb.exposure),
            exploited: if kb.known_exploited { "yes" } else { "" },
        }
    }
}
