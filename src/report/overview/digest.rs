//! The summary of one tenant's run in an overview.

use serde::{Deserialize, Serialize};

use crate::{
    changes::Change,
    domain::{
        ending::{EndingWord, RunOutcome},
        exit_code::ExitCode,
    },
    report::{
        Run,
        view::{
            figures::{figures, is_fair},
            risk::newly_exploited,
        },
    },
};

/// The summary of one tenant's run with reports in an overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDigest {
    /// How the run ended.
    pub outcome: RunOutcome,
    /// Whether gaps are open that make a complete run fail.
    pub is_alarming: bool,
    /// Whether the run has requested everything it had to.
    pub is_finished: bool,
    /// Its number in the store.
    pub run: Option<i64>,
    /// The tenant, if known.
    pub tenant_id: Option<String>,
    /// The folder of its reports.
    pub folder: String,
    /// Whether they include the page.
    pub has_page: bool,
    /// The number of machines of the list, with those that are skipped.
    pub machines: u64,
    /// The numbers by status.
    pub answered: u64,
    /// Machines that the service does not know.
    pub not_found: u64,
    /// Machines whose requests failed.
    pub failed: u64,
    /// Machines that were not requested.
    pub pending: u64,
    /// Machines that are never requested.
    pub skipped: u64,
    /// Answered machines that miss at least one KB.
    pub with_gaps: u64,
    /// Answered machines that miss none.
    pub clean: u64,
    /// Answered machines without current data.
    #[serde(default)]
    pub no_current_data: u64,
    /// Answered machines that miss none because their Windows gets no updates any more.
    #[serde(default)]
    pub unsupported: u64,
    /// Pairs of a machine and a KB that it misses.
    pub gaps: u64,
    /// The CVEs of all gaps.
    pub exposure: u64,
    /// Gaps that are known to be exploited; `None` without the catalogue.
    pub known_exploited: Option<u64>,
    /// The comparison with an earlier run; `None` if there is none.
    pub since: Option<DigestChanges>,
    /// Every missing KB.
    pub kbs: Vec<KbDigest>,
}

/// A comparison with an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DigestChanges {
    /// Gaps that are new.
    pub new: u64,
    /// Gaps that are gone.
    pub resolved: u64,
    /// Gaps replaced by a newer KB.
    #[serde(default)]
    pub replaced: u64,
    /// Gaps that were gone in between.
    #[serde(default)]
    pub returned: u64,
    /// Gaps of KBs that were known to be exploited only since then.
    #[serde(default)]
    pub newly_exploited: u64,
    /// The exposure then.
    pub exposure: u64,
    /// `better`, `worse` or `even`.
    pub verdict: String,
}

/// A missing KB of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KbDigest {
    /// Its id.
    pub id: String,
    /// Its title.
    pub name: Option<String>,
    /// The machines that miss it.
    pub machines: u64,
    /// Their CVEs, summed.
    pub exposure: u64,
    /// Whether one of them is known to be exploited.
    pub exploited: bool,
}

impl RunDigest {
    /// The digest of a run; `is_alarming` is not set yet.
    pub fn of(run: &Run<'_>) -> Self {
        let (fleet, facts) = (run.fleet, run.facts);
        let coverage = fleet.coverage;
        Self {
            outcome: facts.outcome,
            is_alarming: false,
            is_finished: facts.ended == Some(EndingWord::Finished),
            run: facts.run,
            tenant_id: facts.tenant_id.clone(),
            folder: facts.folder.to_string_lossy().into_owned(),
            has_page: facts.has_page(),
            machines: run.inventory.listed(),
            answered: coverage.answered,
            not_found: coverage.not_found,
            failed: coverage.failed,
            pending: coverage.pending,
            skipped: fleet.skipped.len() as u64,
            with_gaps: coverage.with_gaps,
            clean: coverage.clean,
            no_current_data: coverage.no_current_data,
            unsupported: coverage.unsupported,
            gaps: fleet.gaps,
            exposure: fleet.exposure,
            known_exploited: fleet.known_exploited.map(|it| it.gaps),
            since: since(run),
            kbs: kbs(run),
        }
    }

    /// The exit code of the run.
    pub fn exit_code(&self) -> ExitCode {
        match self.outcome.exit_code() {
            ExitCode::Complete if self.is_alarming => ExitCode::Partial,
            code => code,
        }
    }

    /// The machines to request.
    pub fn requested(&self) -> u64 {
        self.machines - self.skipped
    }
}

fn since(run: &Run<'_>) -> Option<DigestChanges> {
    let changes = run.past?.changes;
    let figures = figures(run);
    let exposure = figures.iter().find(|it| it.key == "exposure")?;
    let is_fair = is_fair(run, &changes.base);
    Some(DigestChanges {
        new: changes.tally[Change::New],
        resolved: changes.tally[Change::Resolved],
        replaced: changes.tally[Change::Replaced],
        returned: changes.tally[Change::Returned],
        newly_exploited: newly_exploited(run),
        exposure: changes.base.figures.exposure,
        verdict: if is_fair { exposure.verdict() } else { "even" }.to_owned(),
    })
}

fn kbs(run: &Run<'_>) -> Vec<KbDigest> {
    let kbs = run.fleet.kbs.iter();
    let kbs = kbs.map(|kb| KbDigest {
        id: kb.id.as_str().to_owned(),
        name: kb.name.as_deref().map(str::to_owned),
        machines: kb.machines_missing,
        exposure: kb.exposure,
        exploited: kb.risk.known_exploited.is_some_and(|it| it > 0),
    });
    kbs.collect()
}
