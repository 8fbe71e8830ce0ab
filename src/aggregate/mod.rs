//! Aggregates outcomes into the figures of the reports: per KB, per machine, and for the fleet. Does no I/O.
//!
//! The figures depend only on the outcomes, never on the order in which they arrive. Memory grows with the
//! number of machines, KBs and distinct lists of gaps, not with the number of gaps: these are counted as they
//! arrive, and read again when they are listed.
//!
//! - here: takes one outcome after the other; `machines`, `kbs`: the rows that result
//! - `coverage`, `sources`, `unreadable`: how much of the fleet the figures are based on, and where the
//!   answers come from; `origins`: the origin of each answer
//! - `not_seen`, `end_of_support`: empty answers that do not mean that a machine is patched
//! - `ages`, `risk`, `policy`, `releases`: figures by age, exploited CVEs, deadlines and month
//! - `breakdown`: the figures of groups of machines
//! - `rank`: the ranking of updates; `action`, `plan/`: the updates to install first
//! - `census`, `cross_check`: comparisons with the service's own count and with a second source

mod action;
mod ages;
mod breakdown;
mod census;
mod coverage;
mod cross_check;
mod end_of_support;
mod kbs;
mod machines;
mod not_seen;
mod origins;
mod plan;
mod policy;
mod rank;
mod releases;
mod risk;
mod sources;
#[cfg(test)]
pub(crate) mod tests;
mod unreadable;

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{
    domain::{
        answer::Answer,
        gaps::AnswerRef,
        index::Index,
        kb::KbCount,
        machine::MachineId,
        outcome::{Failure, Outcome},
        release::ReleaseCount,
        since::whole_days,
        skip_reason::SkipReason,
    },
    inventory::{Inventory, Unread},
    policy::{DatedPolicy, Marker},
    risk::Feeds,
};

pub use action::TopAction;
pub use ages::HalfDays;
pub use breakdown::{Group, GroupFigures};
pub use census::CensusTally;
pub use coverage::{Coverage, Share, is_enough, percent};
pub use cross_check::{CrossCheckTally, SecondAnswers, settle};
pub use end_of_support::{EndOfSupport, SoftwareOn};
pub use kbs::KbRow;
pub use machines::{Answered, MachineRow, MachineStatus};
pub use origins::Origins;
pub use plan::{Plan, SoFar};
pub use policy::{PolicyFigures, Subtotal};
pub use rank::RankBy;
pub use releases::ReleaseCounter;
pub use risk::KnownExploited;
pub use sources::SourceCounts;
pub use unreadable::{Example, Unreadable};

use origins::OriginCollector;

/// The figures of the fleet: everything that the reports are based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// Every missing KB, ranked.
    pub kbs: Vec<KbRow>,
    /// Every machine that was meant to be requested: the answered ones by rank, then the others by id.
    pub machines: Vec<MachineRow>,
    /// The machines of the inventory that were not meant to be requested, by id. No other figure includes
    /// them.
    pub skipped: Vec<MachineRow>,
    /// The number of machines that answered.
    pub coverage: Coverage,
    /// The machines whose Windows version no longer gets updates; `None` without the software inventory.
    pub end_of_support: Option<EndOfSupport>,
    /// The number of answers by where they come from.
    pub sources: SourceCounts,
    /// The machines that answers are inferred from.
    pub origins: Origins,
    /// The number of gaps: pairs of a machine and a KB that it misses.
    pub gaps: u64,
    /// The CVEs addressed by the missing KBs, summed over all gaps (machine times CVE): an upper
    /// bound, because KBs overlap.
    pub exposure: u64,
    /// The figures by device group, platform and tag, where the list has them. They include the skipped
    /// machines.
    pub breakdown: Vec<Group>,
    /// Last-seen values of clean machines that could not be parsed: these machines may be silent
    /// rather than clean.
    pub unread_last_seen: Option<Unread>,
    /// Numbers in the answers that could not be parsed.
    pub unreadable: Unreadable,
    /// The number of machines that miss an update of each month, by month.
    pub releases: Vec<ReleaseCount>,
    /// The feeds about CVEs.
    pub feeds: Arc<Feeds>,
    /// The gaps that are known to be exploited; `None` without the catalogue.
    pub known_exploited: Option<KnownExploited>,
    /// The accepted and overdue gaps.
    pub policy: PolicyFigures,
    /// The updates to install, in order.
    pub plan: Plan,
}

/// Aggregates the outcomes of an inventory's machines into figures, one outcome at a time.
///
/// A machine without an outcome is pending; an outcome of a machine outside the inventory is
/// ignored. If a machine has several outcomes, an answer takes precedence over a failure, the first
/// of two answers over the second, and of two failures the one with more attempts.
#[derive(Debug)]
pub struct Aggregation<'list> {
    inventory: &'list Inventory,
    /// When the run started: the age of gaps is computed for this time.
    started_at: Timestamp,
    /// Sorted by id.
    machines: Vec<MachineRow>,
    index: Index,
    kbs: kbs::KbCounter,
    releases: releases::ReleaseCounter,
    unreadable: Unreadable,
    origins: OriginCollector,
    cves: risk::CveCounter,
    policy: policy::PolicyCounter<'list>,
    lists: plan::GapLists,
}

impl<'list> Aggregation<'list> {
    /// An aggregation without any outcomes yet, of a run that started at this time.
    pub fn of(inventory: &'list Inventory, started_at: Timestamp) -> Self {
        let machines = machines::rows(inventory);
        Self {
            inventory,
            started_at,
            index: Index::of(&machines, |row| row.id),
            machines,
            kbs: kbs::KbCounter::default(),
            releases: releases::ReleaseCounter::default(),
            unreadable: Unreadable::default(),
            origins: OriginCollector::default(),
            cves: risk::CveCounter::default(),
            policy: policy::PolicyCounter::default(),
            lists: plan::GapLists::default(),
        }
    }

    /// Adds feeds about CVEs, before any outcome.
    #[must_use]
    pub fn with_feeds(self, feeds: &Arc<Feeds>) -> Self {
        Self {
            kbs: kbs::KbCounter::new(Arc::clone(feeds)),
            cves: risk::CveCounter::new(Arc::clone(feeds)),
            ..self
        }
    }

    /// Adds a policy that decides which gaps are accepted or overdue, before any outcome.
    #[must_use]
    pub fn with_policy(self, policy: &'list DatedPolicy, feeds: &'list Feeds) -> Self {
        let marker = Marker::new(policy, feeds, self.inventory, self.started_at);
        Self {
            policy: policy::PolicyCounter::new(policy, marker),
            ..self
        }
    }

    /// Records a machine's outcome. `answer_ref` is the reference by which its answer can be read again.
    pub fn record(&mut self, outcome: Outcome, answer_ref: AnswerRef) {
        let found = self
            .index
            .find(&self.machines, |row| row.id, outcome.machine);
        let Some(index) = found else { return };
        match outcome.result {
            _ if self.machines[index].result.is_ok() => {}
            Ok(answer) => self.answered(index, outcome.attempts, &answer, answer_ref),
            Err(failure) => self.failed(index, outcome.attempts, failure),
        }
    }

    fn answered(&mut self, index: usize, attempts: u32, answer: &Answer, answer_ref: AnswerRef) {
        for (gap, since) in answer.missing.iter().zip(answer.since.iter()) {
            let days = whole_days(since, self.started_at);
            self.releases.add(self.kbs.record(gap, since, days));
            self.unreadable.count(self.machines[index].id, gap);
        }
        let (id, position) = (self.machines[index].id, self.machines[index].position());
        let accepted = self.policy.record(id, position, answer);
        self.lists.record(answer, &accepted, &self.cves.feeds);
        let row = &mut self.machines[index];
        row.attempts = attempts;
        let oldest_month = self.releases.end_machine();
        let origin = self.origins.origin(answer);
        let answered = Answered::new(answer, answer_ref, oldest_month, origin);
        row.result = Ok(answered.with_cves(self.cves.record(answer)));
    }

    fn failed(&mut self, index: usize, attempts: u32, failure: Failure) {
        let row = &mut self.machines[index];
        if attempts >= row.attempts {
            row.attempts = attempts;
            row.result = Err(Arc::new(failure));
        }
    }

    /// The figures, with the KBs in the requested order. `now` is when the list was read, or slightly later.
    /// `software` shows which machines no longer get updates.
    pub fn finish(
        mut self,
        rank_by: RankBy,
        now: Timestamp,
        software: Option<SoftwareOn<'_>>,
    ) -> Fleet {
        let counted = self.kbs.finish();
        let mut kbs = counted.rows;
        for kb in &mut kbs {
            let marks = self.policy.of_kb(&kb.id);
            (kb.accepted, kb.overdue) = (marks.accepted, marks.overdue);
            kb.exploited_accepted = marks.exploited_accepted;
        }
        let policy = self.policy.finish();
        let known_exploited = self
            .cves
            .finish(kbs.iter().map(|kb| kb.exploited), &counted.cves);
        let known_exploited = known_exploited.map(|it| it.with_policy(&policy));
        let unread_last_seen = not_seen::mark(&mut self.machines, self.inventory, now);
        let end_of_support = end_of_support::mark(&mut self.machines, software);
        let origins = self.origins.finish();
        for answered in self.machines.iter_mut().flat_map(|it| &mut it.result) {
            answered.origin = origins.renumbered(answered.origin);
        }
        machines::rank(&mut self.machines);
        kbs::rank(&mut kbs, rank_by);
        let plan = self.lists.plan(&mut kbs, &self.cves.feeds);
        let skipped = machines::skipped(self.inventory);
        Fleet {
            breakdown: breakdown::breakdown(self.inventory, &self.machines, &skipped),
            coverage: Coverage::of(&self.machines),
            end_of_support,
            sources: SourceCounts::of(&self.machines),
            origins: origins.sorted,
            gaps: kbs.iter().map(|kb| kb.machines_missing).sum(),
            exposure: kbs
                .iter()
                .fold(0, |sum, kb| sum.saturating_add(kb.exposure)),
            kbs,
            machines: self.machines,
            skipped,
            unread_last_seen,
            unreadable: self.unreadable,
            releases: self.releases.into_counts(),
            feeds: self.cves.feeds,
            known_exploited,
            policy,
            plan,
        }
    }
}

impl Fleet {
    /// Whether a feed or a source of the answers names CVEs.
    pub fn knows_cves(&self) -> bool {
        let is_known = |kb: &KbRow| kb.risk.distinct_cves.is_some();
        !self.feeds.is_empty() || self.kbs.iter().any(is_known)
    }

    /// The number of machines that miss each KB, for comparison with later runs.
    pub fn kb_counts(&self) -> Vec<KbCount> {
        let counts = self.kbs.iter().map(|kb| KbCount {
            id: kb.id.clone(),
            machines: kb.machines_missing,
            exploited: kb.risk.known_exploited,
        });
        counts.collect()
    }

    /// The machines that answered, by rank.
    pub fn answered(&self) -> &[MachineRow] {
        let answered = self.machines.partition_point(|it| it.result.is_ok());
        &self.machines[..answered]
    }

    /// The machines sorted by id, as data reports list them.
    pub fn machines_by_id(&self) -> impl Iterator<Item = &MachineRow> {
        let mut order: Vec<u32> = (0..).take(self.machines.len()).collect();
        order.sort_unstable_by_key(|place| self.machines[*place as usize].id);
        let places = order.into_iter();
        places.map(|place| &self.machines[place as usize])
    }

    /// The machine from whose answer this one is inferred; `None` if its own machine was called for.
    pub fn origin_of(&self, answered: &Answered) -> Option<MachineId> {
        self.origins.get(answered.origin)
    }

    /// The number of skipped machines by reason, without reasons that no machine has.
    pub fn skipped_because(&self) -> BTreeMap<SkipReason, u64> {
        let mut machines = BTreeMap::new();
        for reason in self.skipped.iter().filter_map(|row| row.skipped) {
            *machines.entry(reason).or_default() += 1;
        }
        machines
    }

    /// The KBs in another order than that of [`Self::kbs`].
    pub fn kbs_by(&self, rank_by: RankBy) -> Vec<&KbRow> {
        let mut rows: Vec<&KbRow> = self.kbs.iter().collect();
        rows.sort_unstable_by(|one, other| kbs::compare(one, other, rank_by));
        rows
    }
}
