//! The tenant and the time of the run.

use askama::Template;

use super::super::shown::text;
use crate::{
    aggregate::RankBy,
    domain::text::{counted, thousands},
    report::{
        Run,
        time::{local_day, rfc3339, zoned_minute},
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "header.html")]
pub(super) struct Header {
    tenant: Option<String>,
    began: String,
    began_utc: String,
    ended: String,
    ended_utc: String,
    tool: String,
    inventory: String,
    ranking: &'static str,
    base: Option<String>,
}

impl Header {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let facts = run.facts;
        let zone = &facts.time_zone;
        let base = run.past.map(|past| past.changes.base);
        Self {
            tenant: tenant(run),
            began: zoned_minute(facts.started_at, zone),
            began_utc: rfc3339(facts.started_at),
            ended: zoned_minute(facts.finished_at, zone),
            ended_utc: rfc3339(facts.finished_at),
            tool: format!("{} {}", facts.tool.name, facts.tool.version),
            inventory: inventory(run),
            ranking: ranking(facts.rank_by),
            base: base.map(|it| format!("run {} of {}", it.run, zoned_minute(it.started_at, zone))),
        }
    }
}

/// The title of the page.
pub(in crate::report::page) fn title(run: &Run<'_>) -> String {
    let day = local_day(run.facts.started_at, &run.facts.time_zone);
    match tenant(run) {
        Some(tenant) => format!("Patch gaps {day}: {tenant}"),
        None => format!("Patch gaps {day}"),
    }
}

fn tenant(run: &Run<'_>) -> Option<String> {
    run.facts.tenant_id.as_deref().map(text)
}

fn inventory(run: &Run<'_>) -> String {
    let list = run.inventory;
    let invalid = list.rejected.len() as u64;
    let mut parts = vec![
        counted(list.rows(), "row", "rows"),
        counted(list.listed(), "machine", "machines"),
    ];
    if list.duplicates > 0 {
        parts.push(counted(list.duplicates, "duplicate", "duplicates"));
    }
    if invalid > 0 {
        parts.push(format!("{} invalid", thousands(invalid)));
    }
    let file = match list.file.as_str() {
        "-" => "standard input".to_owned(),
        file => text(file),
    };
    format!("{file}: {}", parts.join(", "))
}

fn ranking(rank_by: RankBy) -> &'static str {
    match rank_by {
        RankBy::Cve => "KBs by the CVEs that they address",
        RankBy::Exposure => "KBs by exposure",
        RankBy::Machines => "KBs by the machines that miss them",
    }
}
