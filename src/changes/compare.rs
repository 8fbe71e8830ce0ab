//! Compares two runs machine by machine, walking both lists in the order of machine ids.

use std::{cmp::Ordering, collections::HashSet, io, sync::Arc};

use super::{
    BaseRun, Change, Changes, Exposure, Figures, MachineChange, MachineMoved, MachineTally, Tally,
    comparable::can_compare,
    gaps::{BothAnswers, without},
    kbs::KbChanges,
    replacements::Replacing,
    rows::{Changed, GapChange, What},
};
use crate::{
    aggregate::{Answered, Fleet, MachineRow},
    domain::{
        gaps::{BaseMachine, DatedAnswer, Gaps, History},
        kb::{KbId, MissingKb, MissingKbs},
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
        let mut walk = Walk::new(self);
        let mut then = self.base_machines.iter().peekable();
        let mut today = self.fleet.machines_by_id().peekable();
        loop {
            let order = match (then.peek(), today.peek()) {
                (None, None) => return Ok(walk.finish()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(then), Some(today)) => then.machine.cmp(&today.id),
            };
            let then = then.next_if(|_| order.is_le());
            walk.machine(then, today.next_if(|_| order.is_ge()))?;
        }
    }
}

/// The changes collected so far.
struct Walk<'run> {
    runs: Comparison<'run>,
    base_kbs: HashSet<KbId>,
    kbs: KbChanges,
    changes: Changes,
}

impl<'run> Walk<'run> {
    fn new(runs: Comparison<'run>) -> Self {
        Self {
            runs,
            base_kbs: HashSet::new(),
            kbs: KbChanges::default(),
            changes: Changes {
                base: BaseRun {
                    figures: Figures::default(),
                    ..runs.base
                },
                tally: Tally::default(),
                exposure: Exposure::default(),
                machines: MachineTally::default(),
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
            Some(answer) => self.base_answer(answer)?,
            None => MissingKbs::default(),
        };
        match (then, today) {
            (Some(then), None) => self.left(then, &missing_then),
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
        // A base answer without current data is ignored: today's gaps are not new then.
        let answer = then.filter(|then| !then.no_current_data);
        let answer = answer.and_then(|then| then.answer);
        match (answer, &today.result) {
            // Gaps are not resolved just because the service no longer has data on the machine.
            (Some(then), Ok(now)) if now.no_current_data && !missing_then.is_empty() => {
                self.changes.machines.silent += 1;
                self.not_answered(today.id, then, missing_then);
            }
            // The two answers are not comparable; each is counted separately.
            (Some(then), Ok(now)) if !can_compare(then.source, now.source) => {
                self.not_answered(today.id, then, missing_then);
                self.appeared(today, false);
            }
            (Some(then), Ok(now)) => {
                let machine = today.id;
                let now = dated(now);
                self.both(BothAnswers { machine, then, now }, missing_then, today)?;
            }
            (Some(then), Err(_)) => self.not_answered(today.id, then, missing_then),
            (None, _) => self.appeared(today, then.is_none()),
        }
        Ok(())
    }

    /// Reads the KBs listed in an answer of the base, and adds them to the base's figures.
    fn base_answer(&mut self, answer: DatedAnswer) -> io::Result<MissingKbs> {
        let missing = self.runs.history.missing(answer.answer)?;
        let sum = exposure(&missing);
        let figures = &mut self.changes.base.figures;
        figures.answered += 1;
        figures.with_gaps += u64::from(!missing.is_empty());
        figures.gaps += missing.len() as u64;
        figures.exposure = figures.exposure.saturating_add(sum);
        figures.worst = figures.worst.max(sum);
        for gap in &missing {
            if !self.base_kbs.contains(&gap.id) {
                self.base_kbs.insert(gap.id.clone());
            }
        }
        Ok(missing)
    }

    fn left(&mut self, then: &BaseMachine, missing: &[Arc<MissingKb>]) {
        self.moved(MachineChange::Left, then.machine, [missing.len(), 0]);
        if let Some(answer) = then.answer {
            self.all_of_base(Change::OutOfScope, then.machine, answer, missing);
        }
    }

    fn not_answered(&mut self, machine: MachineId, then: DatedAnswer, missing: &[Arc<MissingKb>]) {
        self.moved(MachineChange::NotAnswered, machine, [missing.len(), 0]);
        self.all_of_base(Change::NotAnswered, machine, then, missing);
    }

    fn appeared(&mut self, today: &MachineRow, is_new_on_the_list: bool) {
        let now = today.result.as_ref().ok();
        let gaps = now.map_or(0, |now| now.missing as usize);
        if is_new_on_the_list {
            self.moved(MachineChange::Appeared, today.id, [0, gaps]);
        }
        if let Some(now) = now {
            let exposure = &mut self.changes.exposure.now;
            exposure.add(Change::Appeared, now.cve_addressed);
            self.all(Change::Appeared, today.id, dated(now), gaps);
        }
    }

    fn all_of_base(
        &mut self,
        change: Change,
        machine: MachineId,
        then: DatedAnswer,
        missing: &[Arc<MissingKb>],
    ) {
        self.changes.exposure.then.add(change, exposure(missing));
        self.all(change, machine, then, missing.len());
    }

    /// Records the same change for all gaps of an answer.
    fn all(&mut self, change: Change, machine: MachineId, answer: DatedAnswer, gaps: usize) {
        self.changes.tally.add(change, gaps as u64);
        if gaps > 0 {
            let what = What::All(change, answer);
            self.changes.changed.push(Changed { machine, what });
        }
    }

    /// Records a machine's change, with the number of gaps then and now.
    fn moved(&mut self, change: MachineChange, machine: MachineId, gaps: [usize; 2]) {
        let [gaps_then, gaps_now] = gaps.map(|gaps| u32::try_from(gaps).unwrap_or(u32::MAX));
        self.changes.machines.count(change);
        self.changes.moved.push(MachineMoved {
            change,
            machine,
            gaps_then,
            gaps_now,
        });
    }

    fn both(
        &mut self,
        both: BothAnswers,
        then: &[Arc<MissingKb>],
        today: &MachineRow,
    ) -> io::Result<()> {
        let now = today.missing(self.runs.gaps)?;
        let gaps = [then.len(), now.len()];
        match gaps.map(|gaps| gaps > 0) {
            [true, false] => self.moved(MachineChange::NewlyClean, both.machine, gaps),
            [false, true] => self.moved(MachineChange::NewlyAffected, both.machine, gaps),
            _ => {}
        }
        let (gone, came) = (without(then, &now), without(&now, then));
        let Changes {
            tally,
            exposure: Exposure { then: was, now: is },
            ..
        } = &mut self.changes;
        let still = Change::StillMissing;
        tally.add(still, (now.len() - came.len()) as u64);
        was.add(still, exposure(then).saturating_sub(exposure(&gone)));
        is.add(still, exposure(&now).saturating_sub(exposure(&came)));
        if gone.is_empty() && came.is_empty() {
            return Ok(());
        }
        let changes = both.changes(gone, came, self.runs.history, self.runs.replacing)?;
        for change in &changes {
            self.count(change);
        }
        self.changes.changed.push(Changed {
            machine: both.machine,
            what: What::Gaps(changes.into()),
        });
        Ok(())
    }

    fn count(&mut self, it: &GapChange) {
        let Changes {
            tally,
            exposure: Exposure { then, now },
            ..
        } = &mut self.changes;
        tally.add(it.change, 1);
        match it.change {
            Change::New | Change::Returned => now.add(it.change, it.gap.cve_addressed),
            _ => then.add(it.change, it.gap.cve_addressed),
        }
        if let Some(by) = &it.replaced_by {
            now.add(it.change, by.cve_addressed);
        }
        self.kbs
            .count(it.change, &it.gap, it.replaced_by.as_deref());
    }

    fn finish(mut self) -> Changes {
        self.changes.base.figures.kbs = self.base_kbs.len() as u64;
        self.changes.kbs = self.kbs.into_rows();
        self.changes
    }
}

/// The sum of the CVEs that these KBs address.
fn exposure(gaps: &[Arc<MissingKb>]) -> u64 {
    let numbers = gaps.iter().map(|gap| gap.cve_addressed);
    numbers.fold(0, u64::saturating_add)
}

fn dated(now: &Answered) -> DatedAnswer {
    DatedAnswer {
        source: now.source,
        as_of: now.answered_at(),
        answer: now.answer,
    }
}
