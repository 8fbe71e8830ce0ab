//! The data that reports need of a run. `report`, `report --offline` and `diff` assemble it from
//! their own sources, and reports borrow it as a [`Run`].

use std::{path::PathBuf, sync::Arc};

use jiff::tz::TimeZone;

use super::before_base::BeforeBase;
use crate::{
    aggregate::{Aggregation, Coverage, Fleet, RankBy, SoftwareOn},
    changes::{Changes, TimeToPatch},
    config::{Config, Percent},
    domain::{
        bulk::BulkReading,
        call_selection::CallSelection,
        census::Census,
        cross_check::CrossCheck,
        ending::RunOutcome,
        gaps::{AnswerRef, Gaps},
        outcome::Outcome,
        software::RunSoftware,
    },
    inventory::{Inventory, ListCheck},
    report::{self, Extras, Facts, Past, Run, RunKbs, Tool, TrendPoint, default_title},
    risk::Feeds,
    run::inputs::{criteria::Criteria, policy::dated},
    store::{Figures, OutcomeCounts, RunId, RunRecord, Snapshot, StoreError},
};

/// The sources of a run's data.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'run> {
    pub(crate) config: &'run Config,
    /// The time zone for local times.
    pub(crate) time_zone: &'run TimeZone,
    pub(crate) inventory: &'run Inventory,
    /// Reads the run's answers again.
    pub(crate) answers: &'run dyn Gaps,
    /// The store, for earlier runs.
    pub(crate) kept: &'run Snapshot,
}

impl<'run> Sources<'run> {
    /// The answers from before a run that this one is compared with.
    pub(super) fn before(&self, base: RunId) -> BeforeBase<'run> {
        BeforeBase {
            answers: self.answers,
            kept: self.kept,
            base,
        }
    }

    /// The figures of a run's machines, from the outcomes that `for_each` passes on.
    pub(in crate::run) fn fleet(
        &self,
        record: &RunRecord,
        criteria: &Criteria,
        software: Option<&RunSoftware>,
        for_each: impl FnOnce(&mut dyn FnMut(Outcome, AnswerRef)) -> Result<(), StoreError>,
    ) -> Result<Fleet, StoreError> {
        let policy = dated(&criteria.policy, record.started_at, self.time_zone);
        let feeds = with_tenant(&criteria.feeds, self.kept)?;
        let aggregation = Aggregation::of(self.inventory, record.started_at).with_feeds(&feeds);
        let mut aggregation = aggregation.with_policy(&policy, &feeds);
        for_each(&mut |outcome, answer| aggregation.record(outcome, answer))?;
        let rank_by = RankBy::for_people(self.config.reports.rank_by, &criteria.feeds);
        let software = SoftwareOn::of(software, record.started_at, self.time_zone);
        Ok(aggregation.finish(rank_by, record.last_sign_of_life(), software))
    }
}

/// The feeds with the service's own data about CVEs, if the answers have any.
fn with_tenant(feeds: &Arc<Feeds>, store: &Snapshot) -> Result<Arc<Feeds>, StoreError> {
    let facts = store.cve_facts()?;
    Ok(if facts.is_empty() {
        Arc::clone(feeds)
    } else {
        Arc::new(feeds.with_tenant(facts))
    })
}

/// The data that reports need of a run.
pub(crate) struct RunData<'run> {
    pub(crate) sources: Sources<'run>,
    pub(crate) fleet: Fleet,
    /// Its tally and figures are those of the fleet.
    pub(crate) record: RunRecord,
    pub(crate) outcome: RunOutcome,
    /// The run that the answers belong to; `None` if they belong to several.
    pub(crate) run: Option<RunId>,
    /// The changes since an earlier run; `None` if there is none to compare with.
    pub(crate) changes: Option<Changes>,
    /// The changes since a week ago; `None` if there is no whole run that old.
    pub(crate) week: Option<Changes>,
    /// The comparison with the service's list; `None` if it was not requested.
    pub(crate) list_check: Option<ListCheck>,
    /// How the run selected the machines to request; `None` if it requested all.
    pub(crate) selection: Option<CallSelection>,
    /// The bulk source of the answers; `None` if there was none.
    pub(crate) bulk: Option<BulkReading>,
    /// The software inventory; `None` if it was not requested.
    pub(crate) software: Option<RunSoftware>,
    /// The latest runs, oldest first.
    pub(crate) trend: Vec<TrendPoint>,
    /// How many machines missed each KB in the earlier runs of the trend, oldest first.
    pub(crate) kb_runs: Vec<RunKbs>,
    /// How the machines got the updates of the latest months.
    pub(crate) releases: Vec<TimeToPatch>,
    /// The service's own count, if it was requested.
    pub(crate) census: Option<Census>,
    /// The comparison with a second source, if it was wanted.
    pub(crate) cross_check: Option<CrossCheck>,
    /// The facts that differ from the whole run's, for the machines of one folder of `--split-by`.
    pub(crate) part: Option<PartFacts>,
}

/// The facts of a part of a run.
pub(crate) struct PartFacts {
    pub(crate) folder: PathBuf,
    pub(crate) title: String,
}

impl<'run> RunData<'run> {
    /// The data of a run, still without earlier runs. `outcome` returns the run's outcome, given
    /// whether enough machines were answered.
    pub(crate) fn new(
        sources: Sources<'run>,
        fleet: Fleet,
        record: RunRecord,
        outcome: impl FnOnce(bool) -> RunOutcome,
    ) -> Self {
        let share = sources.config.reports.min_coverage;
        let outcome = outcome(reaches_minimum(sources.inventory, &fleet.coverage, share));
        Self {
            record: RunRecord {
                outcome: Some(outcome),
                tally: tally(&fleet.coverage),
                figures: Some(figures(&fleet)),
                ..record
            },
            run: Some(record.run),
            sources,
            fleet,
            outcome,
            changes: None,
            week: None,
            list_check: None,
            selection: None,
            bulk: None,
            software: None,
            trend: Vec::new(),
            kb_runs: Vec::new(),
            releases: Vec::new(),
            census: None,
            cross_check: None,
            part: None,
        }
    }

    /// Lends the data to reports.
    pub(crate) fn with_run<T>(&self, borrow: impl FnOnce(&Run<'_>) -> T) -> T {
        let gaps = self.sources.answers;
        let past = self.changes.as_ref();
        let past = past.map(|it| (it, self.sources.before(RunId(it.base.run))));
        borrow(&Run {
            inventory: self.sources.inventory,
            fleet: &self.fleet,
            gaps,
            past: past
                .as_ref()
                .map(|(changes, history)| Past { changes, history }),
            week: self.week.as_ref(),
            trend: &self.trend,
            kb_runs: &self.kb_runs,
            releases: &self.releases,
            census: self.census.as_ref(),
            cross_check: self.cross_check.as_ref(),
            list_check: self.list_check.as_ref(),
            selection: self.selection.as_ref(),
            bulk: self.bulk,
            software: self.software.as_ref(),
            facts: &self.facts(self.extras()),
        })
    }

    fn extras(&self) -> Extras {
        let (census, cross_check) = (self.census.as_ref(), self.cross_check.as_ref());
        let has_base = self.changes.is_some();
        Extras::of(has_base, census, cross_check, self.list_check.as_ref())
    }

    /// The name of the tenant for headlines, or of a part of its machines.
    pub(super) fn title(&self) -> String {
        if let Some(part) = &self.part {
            return part.title.clone();
        }
        let tenant = Some(&*self.record.service.tenant_id).filter(|it| !it.is_empty());
        let title = self.sources.config.reports.title.clone();
        title.unwrap_or_else(|| default_title(tenant))
    }

    fn facts(&self, extras: Extras) -> Facts {
        let record = &self.record;
        let tenant = &record.service.tenant_id;
        let tenant_id = (!tenant.is_empty()).then(|| tenant.clone());
        let settings = &self.sources.config.reports;
        let reports = report::reports(&settings.formats);
        let part = self.part.as_ref();
        let mut files = report::file_names(&reports, extras);
        files.extend(report::target_names(&self.fleet, settings.targets));
        Facts {
            tool: Tool::THIS,
            tenant: self.sources.config.tenant.clone(),
            title: self.title(),
            is_part: part.is_some(),
            tenant_id,
            run: self.run.map(|run| run.0),
            outcome: self.outcome,
            ended: record.ended,
            started_at: record.started_at,
            finished_at: record.last_sign_of_life(),
            api_url: record.service.api_url.clone(),
            requests: record.requests,
            folder: part.map_or_else(|| settings.out.clone(), |it| it.folder.clone()),
            files,
            rank_by: settings.rank_by,
            time_zone: self.sources.time_zone.clone(),
            csv_guard: settings.csv_guard,
        }
    }
}

fn tally(coverage: &Coverage) -> OutcomeCounts {
    OutcomeCounts {
        answered: coverage.answered,
        reused: coverage.reused,
        not_found: coverage.not_found,
        failed: coverage.failed,
        pending: coverage.pending,
    }
}

fn figures(fleet: &Fleet) -> Figures {
    Figures {
        with_gaps: fleet.coverage.with_gaps,
        clean: fleet.coverage.clean,
        unsupported: fleet.end_of_support.map(|_| fleet.coverage.unsupported),
        kbs: fleet.kbs.len() as u64,
        gaps: fleet.gaps,
        exposure: fleet.exposure,
        exploited: fleet.known_exploited.map(|it| it.gaps),
    }
}

/// Whether the answered machines reach this share of everything in the list, including rows without
/// a machine id.
fn reaches_minimum(inventory: &Inventory, coverage: &Coverage, share: Percent) -> bool {
    let asked_for = coverage.machines() + inventory.rejected.len() as u64;
    share.is_reached_by(coverage.answered, asked_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::RejectedRow;

    #[test]
    fn coverage_is_compared_with_the_minimum() {
        for (answered, failed, rejected, percent, expected) in [
            (10, 0, 0, "100.0", true),
            (9, 1, 0, "100.0", false),
            (10, 0, 1, "100.0", false),
            (98, 2, 0, "98.0", true),
            (97, 3, 0, "98.0", false),
            (98, 0, 2, "98.0", true),
            (98, 1, 2, "98.0", false),
            (0, 10, 0, "0.0", true),
            (999_999, 1, 0, "99.9999", true),
            (999_999, 1, 0, "100.0", false),
            (0, 0, 0, "100.0", true),
        ] {
            let row = RejectedRow {
                line: 2,
                input: "nonsense".to_owned(),
            };
            let inventory = Inventory {
                rejected: vec![row; rejected],
                ..Inventory::default()
            };
            let coverage = Coverage {
                answered,
                failed,
                ..Coverage::default()
            };
            assert_eq!(
                reaches_minimum(&inventory, &coverage, percent.parse().unwrap()),
                expected,
                "{answered} answered, {failed} failed, {rejected} rejected, {percent} %"
            );
        }
    }
}
