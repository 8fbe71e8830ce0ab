//! Compares two runs machine by machine, walking both lists in the order of machine ids.

use std::{cmp::Ordering, io, sync::Arc};

use super::{
    BaseRun, Change, Changes, Exposure, InferredChanges, MachineChange, MachineMoved, MachineTally,
    Tally,
    figures::{FiguresCounter, exposure},
    gaps::{BothAnswers, Difference, GapChanges},
    kbs::KbChanges,
    replacements::Replacing,
    rows::{Changed, ChangedGaps, GapChange},
};
use crate::{
    aggregate::{Answered, Fleet, MachineRow},
    domain::{
        answer::Provenance,
        gaps::{BaseMachine, DatedAnswer, Gaps, History},
        kb::{MissingKb, MissingKbs},
        machine::MachineId,
    },
};

/// Two runs to compare.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'run> {
    /// Today's figures.
    pub fleet: &'run Fleet,
    /// Reads the KBs that today's machines miss.
    pub gaps: &'run dyn Gaps,
    /// The run that today's run is compared with. Its figures may still be unknown.
    pub base: BaseRun,
    /// The machines of the base's list, sorted by id.
    pub base_machines: &'run [BaseMachine],
    /// Reads the answers of the base and of earlier runs.
    pub history: &'run dyn History,
    /// Whether replaced KBs form a class of their own.
    pub replacing: Replacing,
}

impl Comparison<'_> {
    /// Computes the changes and the base's figures. Fails if answers cannot be read.
    pub fn changes(self) -> io::Result<Changes> {
        let mut builder = Builder::new(self);
        let mut then = self.base_machines.iter().peekable();
        let mut today = self.fleet.machines_by_id().peekable();
        loop {
            let order = match (then.peek(), today.peek()) {
                (None, None) => return Ok(builder.finish()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(then), Some(today)) => then.machine.cmp(&today.id),
            };
            let then = then.next_if(|_| order.is_le());
            builder.machine(then, today.next_if(|_| order.is_ge()))?;
        }
    }
}

/// A machine, with the source of the current answer that shows its changes.
#[derive(Clone, Copy)]
struct ChangedMachine {
    id: MachineId,
    source: Option<Provenance>,
}

impl ChangedMachine {
    fn of(today: &MachineRow) -> Self {
        let answered = today.result.as_ref().ok();
        Self {
            id: today.id,
            source: answered.map(Answered::provenance),
        }
    }

    const fn without_answer(id: MachineId) -> Self {
        Self { id, source: None }
    }

    fn is_inferred(self) -> bool {
        self.source == Some(Provenance::Inferred)
    }
}

/// The changes collected so far.
struct Builder<'run> {
    comparison: Comparison<'run>,
    base_figures: FiguresCounter,
    kbs: KbChanges,
    changes: Changes,
}

impl<'run> Builder<'run> {
    fn new(comparison: Comparison<'run>) -> Self {
        Self {
            comparison,
            base_figures: FiguresCounter::new(comparison.fleet.end_of_support.is_some()),
            kbs: KbChanges::default(),
            changes: Changes {
                base: comparison.base,
                tally: Tally::default(),
                exposure: Exposure::default(),
                machines: MachineTally::default(),
                inferred: InferredChanges::default(),
                moved: Vec::new(),
                kbs: Vec::new(),
                changed: Vec::new(),
            },
        }
    }

    /// Handles a machine that is on either list or on both.
    fn machine(
        &mut self,
        then: Option<&BaseMachine>,
        today: Option<&MachineRow>,
    ) -> io::Result<()> {
        let missing_then = match then.and_then(|then| then.answer) {
            Some(answer) => self.comparison.history.missing(answer.answer)?,
            None => MissingKbs::default(),
        };
        if let Some(then) = then {
            self.base_figures.record(then, &missing_then);
        }
        match (then, today) {
            (Some(then), None) => self.record_removed(then, &missing_then),
            (then, Some(today)) => self.listed_today(then, today, &missing_then)?,
            (None, None) => {}
        }
        Ok(())
    }

    fn listed_today(
        &mut self,
        then: Option<&BaseMachine>,
        today: &MachineRow,
        missing_then: &[Arc<MissingKb>],
    ) -> io::Result<()> {
        // An empty base answer without current data is ignored: the current gaps are not new then.
        let means_nothing =
            |it: &BaseMachine| it.no_current_data || it.unsupported && missing_then.is_empty();
        let answer = then.filter(|then| !means_nothing(then));
        let answer = answer.and_then(|then| then.answer);
        match (answer, &today.result) {
            // Gaps are not resolved just because the service no longer has data on the machine.
            (Some(then), Ok(now)) if now.has_no_current_data() && !missing_then.is_empty() => {
                self.changes.machines.silent += 1;
                self.record_unanswered(today.id, then, missing_then);
            }
            // Or because its Windows version no longer gets updates.
            (Some(then), Ok(now)) if now.is_unsupported() && !missing_then.is_empty() => {
                self.changes.machines.unsupported += 1;
                self.record_unanswered(today.id, then, missing_then);
            }
            (Some(then), Ok(now)) => {
                let answers = BothAnswers {
                    machine: today.id,
                    then,
                    missing_then,
                    now: dated(now),
                };
                self.compare_answers(answers, today)?;
            }
            (Some(then), Err(_)) => self.record_unanswered(today.id, then, missing_then),
            (None, _) => self.record_added(today, then.is_none()),
        }
        Ok(())
    }

    fn record_removed(&mut self, then: &BaseMachine, missing: &[Arc<MissingKb>]) {
        let skipped = &self.comparison.fleet.skipped;
        let is_skipped = skipped.binary_search_by_key(&then.machine, |row| row.id);
        let change = is_skipped.map_or(MachineChange::Left, |_| MachineChange::Skipped);
        let gone = ChangedMachine::without_answer(then.machine);
        self.record_machine(change, gone, [missing.len(), 0]);
        if let Some(answer) = then.answer {
            self.record_all_of_base(Change::OutOfScope, then.machine, answer, missing);
        }
    }

    fn record_unanswered(
        &mut self,
        machine: MachineId,
        then: DatedAnswer,
        missing: &[Arc<MissingKb>],
    ) {
        let unanswered = ChangedMachine::without_answer(machine);
        self.record_machine(MachineChange::NotAnswered, unanswered, [missing.len(), 0]);
        self.record_all_of_base(Change::NotAnswered, machine, then, missing);
    }

    fn record_added(&mut self, today: &MachineRow, is_new_on_the_list: bool) {
        let now = today.result.as_ref().ok();
        let gaps = now.map_or(0, |now| now.missing as usize);
        let machine = ChangedMachine::of(today);
        if is_new_on_the_list {
            self.record_machine(MachineChange::Appeared, machine, [0, gaps]);
        }
        if let Some(now) = now {
            let exposure = &mut self.changes.exposure.now;
            exposure.add(Change::Appeared, now.cve_addressed);
            self.record_all(Change::Appeared, machine, dated(now), gaps);
        }
    }

    fn record_all_of_base(
        &mut self,
        change: Change,
        machine: MachineId,
        then: DatedAnswer,
        missing: &[Arc<MissingKb>],
    ) {
        self.changes.exposure.then.add(change, exposure(missing));
        let machine = ChangedMachine::without_answer(machine);
        self.record_all(change, machine, then, missing.len());
    }

    /// Records the same change for all gaps of an answer.
    fn record_all(
        &mut self,
        change: Change,
        machine: ChangedMachine,
        answer: DatedAnswer,
        gaps: usize,
    ) {
        self.changes.tally.add(change, gaps as u64);
        if gaps > 0 {
            self.changes.changed.push(Changed {
                machine: machine.id,
                source: machine.source,
                gaps: ChangedGaps::All(change, answer),
            });
        }
    }

    /// Records a machine's change, with the number of gaps then and now.
    fn record_machine(&mut self, change: MachineChange, machine: ChangedMachine, gaps: [usize; 2]) {
        let [gaps_then, gaps_now] = gaps.map(|gaps| u32::try_from(gaps).unwrap_or(u32::MAX));
        self.changes.machines.count(change);
        self.changes.moved.push(MachineMoved {
            change,
            machine: machine.id,
            gaps_then,
            gaps_now,
            is_inferred: machine.is_inferred(),
        });
    }

    fn compare_answers(&mut self, answers: BothAnswers<'_>, today: &MachineRow) -> io::Result<()> {
        let then = answers.missing_then;
        let now = today.missing(self.comparison.gaps)?;
        let difference = Difference::of(then, &now);
        let same = now.len() - difference.added.len();
        let before = exposure(then).saturating_sub(exposure(&difference.removed));
        let after = exposure(&now).saturating_sub(exposure(&difference.added));
        self.count_still_missing(same as u64, before, after, answers.count_cves_alike());
        if difference.is_empty() {
            return Ok(());
        }
        let gaps = [then.len(), now.len()];
        let Comparison {
            history, replacing, ..
        } = self.comparison;
        let GapChanges { changed, unknown } = answers.changes(difference, history, replacing)?;
        let machine = ChangedMachine::of(today);
        // A machine for which another source gives a different answer has not changed.
        let is_known = changed.len() > unknown.removed.len() + unknown.added.len();
        match gaps.map(|gaps| gaps > 0) {
            [true, false] if unknown.removed.is_empty() => {
                self.record_machine(MachineChange::NewlyClean, machine, gaps);
            }
            [false, true] if is_known => {
                self.record_machine(MachineChange::NewlyAffected, machine, gaps);
            }
            _ => {}
        }
        self.count_unknown(&unknown);
        for change in changed.iter().filter(|it| it.change != Change::Unknown) {
            self.count(change, machine.is_inferred());
        }
        self.changes.changed.push(Changed {
            machine: machine.id,
            source: machine.source,
            gaps: ChangedGaps::Listed(changed.into()),
        });
        Ok(())
    }

    /// Counts the gaps that both answers have, with their exposure before and after. If the two
    /// sources count CVEs differently, the excess of one over the other is not a change of these gaps.
    fn count_still_missing(&mut self, gaps: u64, before: u64, after: u64, counted_alike: bool) {
        let Exposure { then, now } = &mut self.changes.exposure;
        self.changes.tally.add(Change::StillMissing, gaps);
        if counted_alike {
            then.add(Change::StillMissing, before);
            now.add(Change::StillMissing, after);
        } else {
            let both = before.min(after);
            then.add(Change::StillMissing, both);
            now.add(Change::StillMissing, both);
            then.add_unknown_of_base(before - both);
            now.add(Change::Unknown, after - both);
        }
    }

    /// Counts the gaps that another source may see differently.
    fn count_unknown(&mut self, unknown: &Difference) {
        let Changes {
            tally,
            exposure: Exposure { then, now },
            ..
        } = &mut self.changes;
        tally.add_unknown_of_base(unknown.removed.len() as u64);
        tally.add(Change::Unknown, unknown.added.len() as u64);
        then.add_unknown_of_base(exposure(&unknown.removed));
        now.add(Change::Unknown, exposure(&unknown.added));
    }

    fn count(&mut self, it: &GapChange, is_inferred: bool) {
        let Changes {
            tally,
            exposure: Exposure { then, now },
            inferred,
            ..
        } = &mut self.changes;
        tally.add(it.change, 1);
        if is_inferred {
            inferred.count(it.change);
        }
        match it.change {
            Change::New | Change::Returned => now.add(it.change, it.gap.cve_addressed),
            _ => then.add(it.change, it.gap.cve_addressed),
        }
        if let Some(by) = &it.replaced_by {
            now.add(it.change, by.cve_addressed);
        }
        let by = it.replaced_by.as_deref();
        self.kbs.count(it.change, &it.gap, by, is_inferred);
    }

    fn finish(mut self) -> Changes {
        self.changes.base.figures = self.base_figures.finish();
        self.changes.kbs = self.kbs.into_rows();
        self.changes
    }
}

fn dated(now: &Answered) -> DatedAnswer {
    DatedAnswer {
        source: now.source(),
        as_of: now.answered_at(),
        answer: now.answer,
    }
}
