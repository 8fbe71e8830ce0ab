//! The content of a notification about a run with reports.

use super::{Notice, NoticeChanges, NoticeMachines, NoticeUpdate};
use crate::{
    aggregate::TopAction,
    changes::Change,
    report::{
        Run,
        time::rfc3339,
        view::{
            actions::{product, released},
            changes::{doubt, exposure_sentence, sentence},
            coverage::{answered, banner},
            facts::PAGE_FILE,
            headline::headline,
            policy, risk, support,
        },
    },
};

/// The number of updates to install first.
const UPDATES: usize = 5;

impl Notice {
    /// The content for a run whose reports are written.
    pub fn of(run: &Run<'_>) -> Self {
        let (fleet, facts) = (run.fleet, run.facts);
        Self {
            name: facts.title.clone(),
            tenant_id: facts.tenant_id.clone(),
            outcome: Some(facts.outcome.as_str()),
            started_at: rfc3339(facts.started_at),
            finished_at: rfc3339(facts.finished_at),
            headline: headline(run),
            coverage: answered(&fleet.coverage),
            warnings: warnings(run),
            risks: risk::sentence(run)
                .into_iter()
                .chain(policy::sentences(run))
                .collect(),
            machines: machines(run),
            kbs: fleet.kbs.len() as u64,
            gaps: fleet.gaps,
            exposure: fleet.exposure,
            known_exploited_gaps: fleet.known_exploited.map(|it| it.gaps),
            install_first: fleet.top_actions(UPDATES).iter().map(update).collect(),
            changes: changes(run),
            changed: changed(run),
            folder: facts.folder.to_string_lossy().into_owned(),
            page: facts.has_page().then_some(PAGE_FILE),
            tenants: None,
        }
    }
}

/// Warnings about the figures.
fn warnings(run: &Run<'_>) -> Vec<String> {
    let warnings = [
        banner(run).map(|it| it.text),
        support::warning(run),
        risk::warning(run),
        doubt(run),
    ];
    warnings.into_iter().flatten().collect()
}

fn machines(run: &Run<'_>) -> NoticeMachines {
    let coverage = run.fleet.coverage;
    NoticeMachines {
        answered: coverage.answered,
        not_found: coverage.not_found,
        failed: coverage.failed,
        pending: coverage.pending,
        skipped: run.fleet.skipped.len() as u64,
    }
}

fn update(action: &TopAction<'_>) -> NoticeUpdate {
    let what = [product(action.kb), released(action.kb)];
    let what: Vec<String> = what.into_iter().filter(|it| !it.is_empty()).collect();
    NoticeUpdate {
        kb_id: action.kb.id.as_str().to_owned(),
        product: what.join(", "),
        machines_missing: action.kb.machines_missing,
        tenants: None,
        exposure: action.kb.exposure,
        known_exploited: action.exploited > 0,
        due: action.due.map(|due| due.to_string()),
    }
}

fn changes(run: &Run<'_>) -> Option<NoticeChanges> {
    let tally = &run.past?.changes.tally;
    Some(NoticeChanges {
        new: tally[Change::New],
        resolved: tally[Change::Resolved],
        replaced: tally[Change::Replaced],
        returned: tally[Change::Returned],
        newly_exploited: risk::newly_exploited(run),
    })
}

fn changed(run: &Run<'_>) -> Vec<String> {
    let Some(past) = run.past else {
        return Vec::new();
    };
    let sentences = [
        risk::news(run),
        Some(sentence(past.changes, run.facts)),
        exposure_sentence(past.changes),
    ];
    sentences.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::Fixture;

    #[test]
    fn notice_has_what_there_is_to_do_and_what_changed() {
        let notice = Fixture::second_night().with_run(Notice::of);
        assert_eq!(notice.coverage, "3 of 5 machines answered (60.0 %)");
        assert_eq!(notice.machines.answered, 3);
        assert_eq!(notice.outcome, Some("partial"));
        assert!(notice.warnings[0].starts_with("Partial: no result for 2 of 5"));
        let first = &notice.install_first[0];
        assert_eq!(first.kb_id, "4540673");
        assert_eq!(first.product, "Windows 10, Edge, March 2020");
        assert_eq!((first.machines_missing, first.exposure), (2, 111));
        let changes = notice.changes.unwrap();
        assert_eq!((changes.resolved, changes.new), (1, 0));
        assert!(notice.changed[0].starts_with("Since 2026-11-22: 1 resolved"));
        assert_eq!(notice.page, None);
    }

    #[test]
    fn known_exploited_gaps_are_counted_and_described() {
        let notice = Fixture::with_feeds().with_run(Notice::of);
        assert!(notice.known_exploited_gaps > Some(0));
        assert!(notice.risks[0].starts_with("Known exploited: "));
        assert!(notice.install_first[0].known_exploited);
        assert!(notice.changes.is_none() && notice.has_news());
    }
}
