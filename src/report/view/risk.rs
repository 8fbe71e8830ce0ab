//! What is known to be exploited, and by which feeds.

use jiff::civil::Date;

use crate::{
    aggregate::{KbRow, KnownExploited},
    domain::text::{counted, thousands},
    report::Run,
    risk::FeedInfo,
};

/// How many KBs a sentence names.
const NAMED: usize = 3;

/// The feeds that the run was reported with.
pub(in crate::report) fn feeds(run: &Run<'_>) -> Vec<FeedInfo> {
    run.fleet.feeds.list(run.facts.started_at)
}

/// `Known exploited: 3 CVEs in 2 missing KBs (KB5100001, KB5100002) on 812 machines; the first was due
/// on 2026-11-01`. `None` without the catalogue.
pub(in crate::report) fn sentence(run: &Run<'_>) -> Option<String> {
    let found = run.fleet.known_exploited?;
    let unknown = unknown(run);
    if found.cves == 0 {
        return Some(format!(
            "No CVE of a missing KB is known to be exploited{unknown}"
        ));
    }
    let cves = counted(found.cves, "CVE", "CVEs");
    let kbs = counted(found.kbs, "missing KB", "missing KBs");
    let machines = counted(found.machines, "machine", "machines");
    let (names, due) = (names(run), due(run));
    let accepted = accepted(found);
    Some(format!(
        "Known exploited: {cves} in {kbs} ({names}) on {machines}{due}{accepted}{unknown}"
    ))
}

/// The KBs that address known exploited CVEs, the most urgent first.
fn exploited<'run>(run: &Run<'run>) -> Vec<&'run KbRow> {
    let kbs = run.fleet.kbs_by(crate::aggregate::RankBy::Risk).into_iter();
    kbs.filter(|kb| kb.risk.known_exploited > Some(0)).collect()
}

fn names(run: &Run<'_>) -> String {
    let kbs = exploited(run);
    let names: Vec<String> = kbs
        .iter()
        .take(NAMED)
        .map(|kb| kb.id.for_people())
        .collect();
    let more = if kbs.len() > NAMED { ", ..." } else { "" };
    format!("{}{more}", names.join(", "))
}

fn due(run: &Run<'_>) -> String {
    let kbs = run.fleet.kbs.iter();
    let Some(due) = kbs.filter_map(|kb| kb.risk.kev_due_date).min() else {
        return String::new();
    };
    let zone = run.facts.time_zone.clone();
    let today = run.facts.started_at.to_zoned_datetime(zone).date();
    let was = if due < today { "was" } else { "is" };
    format!("; the first {was} due on {due}")
}

/// How many of these gaps are accepted.
fn accepted(found: KnownExploited) -> String {
    match found.accepted.unwrap_or(0) {
        0 => String::new(),
        accepted if accepted == found.gaps => "; the risk is accepted".to_owned(),
        accepted => format!(
            "; of their {} the risk of {} is accepted",
            counted(found.gaps, "gap", "gaps"),
            thousands(accepted)
        ),
    }
}

/// How many KBs have no CVE ids.
fn unknown(run: &Run<'_>) -> String {
    let kbs = &run.fleet.kbs;
    let unknown = kbs.iter().filter(|kb| kb.risk.distinct_cves.is_none());
    match unknown.count() as u64 {
        0 => String::new(),
        unknown => format!(
            "; the CVEs of {} of {} are not known",
            thousands(unknown),
            counted(kbs.len() as u64, "KB", "KBs")
        ),
    }
}

/// `Feeds: KEV of 2026-11-25 (1,584 CVEs), EPSS of 2026-11-29 (301,204 CVEs)`. `None` without any.
pub(in crate::report) fn feeds_sentence(run: &Run<'_>) -> Option<String> {
    let feeds: Vec<String> = feeds(run)
        .iter()
        .map(|it| format!("{} ({})", dated(it), counted(it.entries, "CVE", "CVEs")))
        .collect();
    (!feeds.is_empty()).then(|| format!("Feeds: {}", feeds.join(", ")))
}

/// The feeds for which there must be newer ones.
pub(in crate::report) fn warning(run: &Run<'_>) -> Option<String> {
    let old = feeds(run).into_iter().filter(|it| it.is_old);
    let old: Vec<String> = old.map(|it| dated(&it)).collect();
    (!old.is_empty()).then(|| format!("Feeds older than seven days: {}", old.join(", ")))
}

fn dated(feed: &FeedInfo) -> String {
    let name = feed.name.to_uppercase();
    let date = feed.date.as_ref().map(Date::to_string);
    date.map_or_else(
        || format!("{name} of an unknown date"),
        |date| format!("{name} of {date}"),
    )
}
