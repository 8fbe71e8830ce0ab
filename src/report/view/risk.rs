//! Gaps that are known to be exploited, and the feeds that say so.

use jiff::civil::Date;

use crate::{
    aggregate::{KbRow, KnownExploited, RankBy},
    domain::{
        kb::KbCount,
        text::{counted, thousands},
    },
    report::{Run, view::changes::base_day},
    risk::FeedInfo,
};

/// The most KBs that a sentence names.
const MOST_NAMED: usize = 3;

/// The feeds that the run was reported with.
pub(in crate::report) fn feeds(run: &Run<'_>) -> Vec<FeedInfo> {
    run.fleet.feeds.list(run.facts.started_at)
}

/// `Known exploited: 3 CVEs in 2 missing KBs on 812 machines: KB5100001 on 800 (overdue since 2026-11-01, 22
/// days), KB5100002 on 12 (risk accepted)`. `None` without the catalogue.
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
    let (named, accepted) = (named(run), accepted(found));
    Some(format!(
        "Known exploited: {cves} in {kbs} on {machines}: {named}{accepted}{unknown}"
    ))
}

/// The most urgent KBs, each with the machines on which it is known to be exploited. A KB whose
/// risk is accepted is not urgent.
fn named(run: &Run<'_>) -> String {
    let mut kbs = exploited(run);
    kbs.sort_by_key(|kb| kb.is_exploitation_accepted());
    let named = kbs.iter().take(MOST_NAMED).map(|kb| {
        let machines = thousands(kb.exploited);
        let remark = remark(kb, run).map_or_else(String::new, |it| format!(" ({it})"));
        format!("{} on {machines}{remark}", kb.id.for_people())
    });
    let mut named: Vec<String> = named.collect();
    let more = kbs.len().saturating_sub(MOST_NAMED) as u64;
    named.extend((more > 0).then(|| format!("and {} more", thousands(more))));
    named.join(", ")
}

/// The due date, or that the risk is accepted.
fn remark(kb: &KbRow, run: &Run<'_>) -> Option<String> {
    if kb.is_exploitation_accepted() {
        return Some("risk accepted".to_owned());
    }
    let due = kb.risk.kev_due_date?;
    Some(due_in_words(due, run.facts.started_on()))
}

/// `due 2026-12-01`, or `overdue since 2026-11-01, 22 days`.
fn due_in_words(due: Date, today: Date) -> String {
    match u64::try_from((today - due).get_days()) {
        Ok(days @ 1..) => format!("overdue since {due}, {}", counted(days, "day", "days")),
        _ => format!("due {due}"),
    }
}

/// Gaps that are known to be exploited now, but were not missing or not known to be exploited then:
/// `Known exploited and new since 2026-11-22: KB5100001 on 812 machines, KB5100002 on 12 (in the
/// catalogue since then), 3 more gaps of KB5100003`. `None` if there is nothing new, or nothing to
/// compare with.
pub(in crate::report) fn news(run: &Run<'_>) -> Option<String> {
    let changes = run.past?.changes;
    let base = run.kb_runs.iter().find(|it| it.run == changes.base.run)?;
    let mut news = exploited(run).into_iter().filter_map(|kb| {
        let new = changes.kbs.iter().find(|it| it.id == kb.id);
        let new = new.map_or(0, |it| it.new + it.returned);
        new_of(kb, base.of(&kb.id), new)
    });
    let mut named: Vec<String> = news.by_ref().take(MOST_NAMED).collect();
    let more = news.count() as u64;
    named.extend((more > 0).then(|| format!("and {} more", thousands(more))));
    let day = base_day(run.facts, &changes.base);
    (!named.is_empty())
        .then(|| format!("Known exploited and new since {day}: {}", named.join(", ")))
}

/// The gaps of KBs that were missing in the earlier run as well, but are known to be exploited only since then.
pub(in crate::report) fn newly_exploited(run: &Run<'_>) -> u64 {
    let base = run.past.map(|past| past.changes.base.run);
    let Some(base) = run.kb_runs.iter().find(|it| Some(it.run) == base) else {
        return 0;
    };
    let is_newly = |kb: &&KbRow| {
        base.of(&kb.id)
            .is_some_and(|then| then.exploited == Some(0))
    };
    let kbs = exploited(run).into_iter().filter(is_newly);
    kbs.map(|kb| kb.machines_missing).sum()
}

/// The new part of a KB that is known to be exploited, given its earlier count and its new gaps.
fn new_of(kb: &KbRow, then: Option<&KbCount>, new: u64) -> Option<String> {
    let (id, machines) = (kb.id.for_people(), thousands(kb.exploited));
    match then {
        None => Some(format!("{id} on {machines}")),
        Some(then) if then.exploited == Some(0) => {
            Some(format!("{id} on {machines} (in the catalogue since then)"))
        }
        Some(_) if new > 0 => {
            // If only some gaps of the KB are known to be exploited, it is unknown which of the new
            // ones are.
            let most = if kb.exploited < kb.machines_missing {
                "up to "
            } else {
                ""
            };
            let gaps = counted(new.min(kb.exploited), "more gap", "more gaps");
            Some(format!("{most}{gaps} of {id}"))
        }
        Some(_) => None,
    }
}

/// The KBs that address known exploited CVEs, the most urgent first.
fn exploited<'run>(run: &Run<'run>) -> Vec<&'run KbRow> {
    let kbs = run.fleet.kbs_by(RankBy::Risk).into_iter();
    kbs.filter(|kb| kb.exploited > 0).collect()
}

/// How many of these gaps are accepted.
fn accepted(found: KnownExploited) -> String {
    match found.accepted.unwrap_or(0) {
        0 => String::new(),
        // Each of the KBs says so.
        accepted if accepted == found.gaps && found.kbs <= MOST_NAMED as u64 => String::new(),
        accepted if accepted == found.gaps => "; the risk of every gap is accepted".to_owned(),
        accepted => format!(
            "; the risk of {} of their {} is accepted",
            thousands(accepted),
            counted(found.gaps, "gap", "gaps")
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

/// The warning about outdated feeds.
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
