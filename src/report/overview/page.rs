//! `overview.html`: a self-contained page about all tenants, without a script.

use std::{
    cmp::{Ordering, Reverse},
    io,
};

use askama::Template;

use super::{
    Overview,
    digest::DigestChanges,
    row::{TenantRow, TenantStatus},
    text::conclusion,
    totals::{KbTotal, TOP_KBS, Totals, kbs},
};
use crate::{
    domain::{
        kb::KbId,
        text::{counted, share, thousands},
    },
    report::{
        page::{STYLE, hash},
        plain::plain,
        time::zoned_minute,
    },
};

#[derive(Template)]
#[template(config = "src/report/overview/askama.toml", path = "overview.html")]
struct Page {
    policy: String,
    style: &'static str,
    title: String,
    headline: String,
    began: String,
    tiles: Vec<Tile>,
    has_exploited: bool,
    rows: Vec<Row>,
    kbs: Vec<KbRow>,
    /// The number of KBs that the table leaves out, as text; empty if it has all.
    more_kbs: String,
}

struct Tile {
    label: &'static str,
    value: String,
    note: String,
}

struct Row {
    name: String,
    link: Option<String>,
    status: &'static str,
    class: &'static str,
    coverage: String,
    machines: String,
    gaps: String,
    exposure: String,
    exploited: String,
    /// `better`, `worse` or `even`; empty without an earlier run.
    verdict: &'static str,
    change: String,
    message: String,
    hint: String,
}

struct KbRow {
    label: String,
    name: String,
    tenants: String,
    machines: String,
    exposure: String,
    exploited: &'static str,
}

pub(super) fn render(overview: &Overview) -> io::Result<String> {
    let totals = Totals::of(overview);
    let has_exploited = totals.known_exploited.is_some();
    let kbs = kbs(overview);
    let page = Page {
        policy: format!(
            "default-src 'none'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
            hash(STYLE)
        ),
        style: STYLE,
        title: format!(
            "Missing updates of {}",
            counted(overview.rows.len() as u64, "tenant", "tenants")
        ),
        headline: conclusion(overview),
        began: zoned_minute(overview.started_at, &overview.time_zone),
        tiles: tiles(&totals, kbs.len()),
        has_exploited,
        rows: rows(overview),
        more_kbs: match kbs.len().saturating_sub(TOP_KBS) {
            0 => String::new(),
            more => thousands(more as u64),
        },
        kbs: kbs.iter().take(TOP_KBS).map(Into::into).collect(),
    };
    page.render().map_err(io::Error::other)
}

fn tiles(totals: &Totals, kbs: usize) -> Vec<Tile> {
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
fn rows(overview: &Overview) -> Vec<Row> {
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
    let difference = thousands(now.abs_diff(since.exposure));
    let amount = match now.cmp(&since.exposure) {
        Ordering::Less => format!("▼ {difference}"),
        Ordering::Equal => return "unchanged".to_owned(),
        Ordering::Greater => format!("▲ {difference}"),
    };
    match verdict(since) {
        "even" => amount,
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
